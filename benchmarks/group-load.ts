/**
 * What a group coordinator costs that loads its partition of `__consumer_offsets`: decoding and replaying a
 * hundred thousand committed offsets, and the memory that they take, in a few large groups and in as many
 * groups as offsets. Memory is shown with `node --expose-gc`. Then commits to them, decided, encoded and replayed:
 * nothing of that is read from a disk. Last, a broker that has as many on its disk is started again, and says how
 * long it took to load them.
 *
 * Goal: a second. `npm run bench -- group-load [--tiny]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GroupCoordinator } from '../src/coordinator/group/group-coordinator.ts';
import { decodeGroupRecord, encodeGroupRecord } from '../src/coordinator/group/group-records.ts';
import type { RecordBytes } from '../src/coordinator/group/group-records.ts';
import { createBroker } from '../src/index.ts';
import {
  offsetCommitRequest,
  offsetCommitResponse,
} from '../src/protocol/messages/offset-commit.ts';
import { must } from '../src/util/assert.ts';
import { type LogFields, silentLogger } from '../src/util/logger.ts';
import { awaitCoordinator } from './lib/wire-members.ts';
import { Wire } from './lib/wire.ts';

const tiny = process.argv.includes('--tiny');
const offsetCount = tiny ? 1000 : 100_000;
const partitionCount = 100;
const topicsPerGroup = 10;
const nowMs = 1_764_000_000_000;
const topicId = 'WyZFiYThBOx65y4K60g0lg';

const settings = {
  groupInitialRebalanceDelayMs: 3000,
  groupMinSessionTimeoutMs: 6000,
  groupMaxSessionTimeoutMs: 1_800_000,
  groupMaxSize: 1000,
  groupConsumerMaxSize: 1000,
  groupConsumerAssignors: ['uniform'],
  groupConsumerMigrationPolicy: 'BIDIRECTIONAL' as const,
  offsetMetadataMaxBytes: 4096,
  offsetsRetentionMs: 604_800_000,
  offsetsRetentionCheckIntervalMs: 600_000,
};

function newCoordinator(): GroupCoordinator {
  return new GroupCoordinator({
    topics: {
      byName: (name) => ({ name, topicId, partitionCount, racks: [] }),
      byId: () => undefined,
      names: () => [],
    },
    settings: () => settings,
    newUuid: () => 'uuid',
  });
}

interface Place {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

/** Of a hundred partitions in each of ten topics, group after group. */
function inLargeGroups(i: number): Place {
  return {
    group: `orders-service-${Math.floor(i / (partitionCount * topicsPerGroup))}`,
    topic: `shop.orders.${Math.floor(i / partitionCount) % topicsPerGroup}`,
    partition: i % partitionCount,
  };
}

function inGroupsOfTheirOwn(i: number): Place {
  return { group: `orders-service-${i}`, topic: 'shop.orders', partition: i % partitionCount };
}

function recordOf(place: Place, offset: number): RecordBytes {
  const value = {
    offset,
    leaderEpoch: 3,
    metadata: '',
    commitTimestamp: nowMs + offset,
    expireTimestamp: -1,
    topicId,
  };
  return encodeGroupRecord({ type: 'offsetCommit', key: place, value });
}

function load(log: Iterable<RecordBytes>): GroupCoordinator {
  const coordinator = newCoordinator();
  for (const bytes of log) coordinator.replay(must(decodeGroupRecord(bytes)));
  coordinator.handle({ kind: 'loaded' }, nowMs);
  return coordinator;
}

function* records(placeOf: (i: number) => Place): Generator<RecordBytes> {
  for (let i = 0; i < offsetCount; i++) yield recordOf(placeOf(i), 5_000_000_000 + i);
}

function usedBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function measure(name: string, placeOf: (i: number) => Place): void {
  const bytesBefore = usedBytes();
  const coordinator = load(records(placeOf));
  const bytesEach = Math.round((usedBytes() - bytesBefore) / offsetCount);
  const log = [...records(placeOf)];
  const startMs = performance.now();
  load(log);
  const loadMs = performance.now() - startMs;
  const memory = globalThis.gc === undefined ? '' : `, ${bytesEach} B each`;
  console.log(`${name}: ${offsetCount} offsets loaded in ${loadMs.toFixed(0)} ms${memory}`);
  measureCommits(name, coordinator, placeOf);
}

function measureCommits(
  name: string,
  coordinator: GroupCoordinator,
  placeOf: (i: number) => Place,
): void {
  const startMs = performance.now();
  for (let i = 0; i < offsetCount; i++) {
    const { group, topic, partition } = placeOf(i);
    const { records } = coordinator.handle(
      {
        kind: 'offsetCommit',
        context: { apiVersion: 9, clientId: 'c', clientHost: '/127.0.0.1' },
        request: {
          groupId: group,
          generationIdOrMemberEpoch: -1,
          memberId: '',
          groupInstanceId: null,
          retentionTimeMs: -1,
          topics: [
            {
              name: topic,
              topicId,
              partitions: [
                {
                  partitionIndex: partition,
                  committedOffset: i,
                  committedLeaderEpoch: -1,
                  committedMetadata: '',
                },
              ],
            },
          ],
        },
        ref: { id: i },
      },
      nowMs + i,
    );
    for (const record of records) {
      encodeGroupRecord(record);
      coordinator.replay(record);
    }
  }
  const commitsPerSecond = (offsetCount / (performance.now() - startMs)) * 1000;
  console.log(`${name}: ${Math.round(commitsPerSecond).toLocaleString('en')} commits a second`);
}

/** A broker commits offsets, stops, and is started again: how long it takes to load them, as its log says. */
async function measureBroker(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'odradek-group-load-'));
  const config = { 'offsets.topic.num.partitions': 1 };
  const topic = 'shop.orders';
  const broker = await createBroker({ dataDir, config, topics: { [topic]: partitionCount } });
  const wire = await Wire.connect(broker.bootstrapServers);
  await awaitCoordinator(wire, topic);
  const partitions = Array.from({ length: partitionCount }, (_, partitionIndex) => ({
    partitionIndex,
    committedOffset: 5_000_000_000,
    committedMetadata: '',
  }));
  for (let i = 0; i < offsetCount / partitionCount; i++) {
    const groupId = `orders-service-${i}`;
    const request = { groupId, topics: [{ name: topic, partitions }] };
    await wire.call(offsetCommitRequest, offsetCommitResponse, 8, request);
  }
  wire.close();
  await broker.stop();
  const loaded = await loadedBy(dataDir, config);
  console.log(
    `by a broker, from disk: ${loaded['records']} offsets loaded in ${loaded['tookMs']} ms`,
  );
  rmSync(dataDir, { recursive: true });
}

/** Starts a broker and stops it when it has loaded its groups; answers what it said of that. */
async function loadedBy(dataDir: string, config: Record<string, number>): Promise<LogFields> {
  const loaded = Promise.withResolvers<LogFields>();
  const info = (event: string, fields: LogFields = {}): void => {
    if (event === 'loaded a coordinator') loaded.resolve(fields);
  };
  const broker = await createBroker({ dataDir, config, logger: { ...silentLogger, info } });
  const fields = await loaded.promise;
  await broker.stop();
  return fields;
}

measure('in groups of a thousand', inLargeGroups);
measure('in groups of their own', inGroupsOfTheirOwn);
await measureBroker();
