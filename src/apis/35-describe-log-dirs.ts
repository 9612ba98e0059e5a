/**
 * DescribeLogDirs, versions 1-5.
 *
 * The log directories of this broker, with the sizes of the partitions in them.
 *
 * Versions: 3 an error for the whole; 4 the size of the disk and what is left of it (KIP-827); 5 whether a
 * directory is cordoned (KIP-1066), which all are or none.
 *
 * Gaps: partitions are not moved between directories, so that there are no future replicas.
 */
import { placeableBrokers } from '../controller/broker-state.ts';
import { errorCodes } from '../protocol/error-codes.ts';
import {
  describeLogDirsRequest,
  describeLogDirsResponse,
  type DescribeLogDirsRequest,
} from '../protocol/messages/describe-log-dirs.ts';
import type { LogDescription } from '../storage/log-manager-options.ts';
import { defineApi } from './api.ts';

/** Serves DescribeLogDirs. */
export const describeLogDirsApi = defineApi({
  name: 'DescribeLogDirs',
  request: describeLogDirsRequest,
  response: describeLogDirsResponse,
  handle({ request }, services) {
    const { logManager, nodeId } = services;
    const isCordoned = !placeableBrokers(services.image()).some(
      (broker) => broker.nodeId === nodeId,
    );
    const isWanted = wanted(request);
    const results = logManager.directories().map(({ path, online, totalBytes, usableBytes }) => ({
      errorCode: online ? 0 : errorCodes.KAFKA_STORAGE_ERROR,
      logDir: path,
      topics: online ? topicsOf(logManager.describeLogs(path).filter(isWanted)) : [],
      totalBytes: totalBytes ?? -1,
      usableBytes: usableBytes ?? -1,
      isCordoned,
    }));
    return { throttleTimeMs: 0, errorCode: 0, results };
  },
});

/** Whether a partition is asked for; null in the request means all are. */
function wanted(request: DescribeLogDirsRequest): (log: LogDescription) => boolean {
  if (request.topics === null) return () => true;
  const asked = new Map(
    request.topics.map(({ topic, partitions }) => [topic, new Set(partitions)]),
  );
  return (log) => asked.get(log.topic)?.has(log.partition) ?? false;
}

function topicsOf(logs: readonly LogDescription[]) {
  const byTopic = new Map<
    string,
    { partitionIndex: number; partitionSize: number; offsetLag: number; isFutureKey: boolean }[]
  >();
  for (const log of logs) {
    const partitions = byTopic.get(log.topic) ?? [];
    byTopic.set(log.topic, partitions);
    partitions.push({
      partitionIndex: log.partition,
      partitionSize: log.sizeBytes,
      offsetLag: log.offsetLag,
      isFutureKey: false,
    });
  }
  return [...byTopic].map(([name, partitions]) => ({ name, partitions }));
}
