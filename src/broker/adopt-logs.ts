import { decideAdoption } from '../controller/adopt-topics.ts';
import type { ListenerImage } from '../metadata/image.ts';
import { randomUuid } from '../protocol/uuid.ts';
import type { Random } from '../runtime/runtime.ts';
import type { LogManager } from '../storage/log-manager.ts';
import type { Logger } from '../util/logger.ts';
import type { ClusterMetadata } from './cluster-metadata.ts';

/** What a broker adopts logs with. */
export interface AdoptionModules {
  readonly logManager: LogManager;
  readonly metadata: ClusterMetadata;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * Makes topics of the logs that another broker, such as Apache's, left in this one's directories. Only before
 * the cluster's first start has ended: later, logs that no topic has are those of deleted ones. `address` is
 * where the operator, who is told of each topic, can change its configs.
 */
export async function adoptLogs(
  { nodeId, address }: { readonly nodeId: number; readonly address: ListenerImage },
  { logManager, metadata, random, logger }: AdoptionModules,
): Promise<void> {
  if (logManager.foundTopics.length === 0) return;
  const found = logManager.foundTopics.map(({ topic, topicId, partitions }) => ({
    topic,
    topicId,
    partitions: partitions.map(({ partition }) => {
      const log = logManager.get(topic, partition);
      const producerIds = log?.activeProducers().map(({ producerId }) => producerId) ?? [];
      const highestProducerId = producerIds.reduce((a, b) => Math.max(a, b), -1);
      return { partition, latestEpoch: log?.latestEpoch ?? -1, highestProducerId };
    }),
  }));
  const drawTopicId = (): string => randomUuid((count) => random.bytes(count));
  const adopted = await metadata.run((image) =>
    decideAdoption(image, found, { nodeId, drawTopicId }),
  );
  // Those of an Apache Kafka before topics had ids; also where a start before this one ended here.
  for (const { topic, partitions } of found) {
    const topicId = metadata.image.topicsByName.get(topic)?.id;
    for (const { partition } of partitions) {
      const log = logManager.get(topic, partition);
      if (log?.topicId === '' && topicId !== undefined) logManager.assignTopicId(log, topicId);
    }
  }
  const { host, port } = address;
  const bootstrap = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  for (const { name, topicId, partitionCount, configs } of adopted) {
    logger.info('adopted a topic that was found on disk', {
      topic: name,
      topicId,
      partitions: partitionCount,
      configs: [...configs].map(([key, value]) => `${key}=${value}`).join(' '),
      toChange: `odradek config set topic ${name} KEY=VALUE -b ${bootstrap}`,
    });
  }
}
