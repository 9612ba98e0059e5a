import type { AskedRequest, GroupService } from '../apis/group-service.ts';
import type { BrokerConfig } from '../config/broker-config.ts';
import { placeableBrokers, serves } from '../controller/broker-state.ts';
import type { CreateTopicResult, NewTopic } from '../controller/create-topics.ts';
import { isRefusal } from '../controller/decision.ts';
import type { Coordinator, RequestRef } from '../coordinator/coordinator.ts';
import type { GroupEvent } from '../coordinator/group/group-events.ts';
import { partitionForGroup } from '../coordinator/group/group-partition.ts';
import {
  decodeGroupRecord,
  encodeGroupRecord,
  type GroupRecord,
} from '../coordinator/group/group-records.ts';
import { CoordinatorRuntime } from '../coordinator/runtime/coordinator-runtime.ts';
import type { Asker } from '../coordinator/runtime/ports.ts';
import type { EncodedRecord } from '../coordinator/runtime/record-batches.ts';
import {
  offsetsTopic,
  type ClusterImage,
  type ImageDelta,
  type PartitionImage,
} from '../metadata/image.ts';
import type { Partition } from '../replication/partition.ts';
import type { Clock, Timers } from '../runtime/runtime.ts';
import type { TimerWheel } from '../runtime/timer-wheel.ts';
import { ownBytes } from '../util/bytes.ts';
import type { Logger } from '../util/logger.ts';
import { PartitionCoordinatorLog } from './coordinator-log.ts';
import type { PartitionsListener } from './partitions.ts';

/** What the coordinators of groups need of the broker around them. */
export interface GroupCoordinatorsModules {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly wheel: TimerWheel;
  readonly logger: Logger;
  readonly config: () => BrokerConfig;
  readonly image: () => ClusterImage;
  /** Whether what is led here is surely led by nobody else. */
  readonly mayLead: () => boolean;
  /** An empty coordinator for a partition of `__consumer_offsets`. */
  readonly create: (partition: number) => Coordinator<GroupEvent, GroupRecord>;
  /** Makes topics, and waits until they can be used. */
  readonly createTopics: (topics: readonly NewTopic[]) => Promise<readonly CreateTopicResult[]>;
  readonly defect: (error: unknown) => void;
}

/**
 * The groups that this broker coordinates: those of the partitions of `__consumer_offsets` that it leads. It
 * follows who leads them and which topics come and go.
 */
export class GroupCoordinators implements GroupService, PartitionsListener {
  readonly #nodeId: number;
  readonly #modules: GroupCoordinatorsModules;
  readonly #runtime: CoordinatorRuntime<GroupEvent, GroupRecord>;
  /** By partition, so that a partition whose leader epoch changes is told from one that is led anew. */
  readonly #logs = new WeakMap<Partition, PartitionCoordinatorLog>();
  #making: Promise<void> | undefined;

  constructor(options: { readonly nodeId: number }, modules: GroupCoordinatorsModules) {
    const { clock, timers, wheel, logger, config, create, defect } = modules;
    this.#nodeId = options.nodeId;
    this.#modules = modules;
    this.#runtime = new CoordinatorRuntime<GroupEvent, GroupRecord>(
      { topic: offsetsTopic },
      {
        clock,
        timers,
        wheel,
        logger,
        settings: () => ({
          compression: config().offsetsTopicCompressionCodec,
          commitTimeoutMs: config().offsetsCommitTimeoutMs,
          loadBufferBytes: config().offsetsLoadBufferSize,
          decompressedBytesMax: config().decompressedBatchMaxBytes,
        }),
        create,
        encode: encodeGroupRecord,
        decode: decodeLent,
        defect,
      },
    );
  }

  /** Requests that wait for a reply. */
  get waitingRequests(): number {
    return this.#runtime.waitingRequests;
  }

  ask<Response>(
    groupId: string,
    eventOf: (ref: RequestRef<Response>) => GroupEvent,
    asker: Asker<Response>,
  ): AskedRequest {
    // Another broker may be coordinating the group already.
    const partition =
      (this.#modules.mayLead() ? this.partitionOf(groupId)?.index : undefined) ?? -1;
    return { partition, requestId: this.#runtime.ask(partition, eventOf, asker) };
  }

  askAll<Response>(
    eventOf: (ref: RequestRef<Response>) => GroupEvent,
    askerOf: () => Asker<Response>,
  ): void {
    for (const partition of this.#runtime.partitions) {
      this.#runtime.ask(partition, eventOf, askerOf());
    }
  }

  giveUp({ partition, requestId }: AskedRequest): void {
    this.#runtime.giveUp(partition, requestId);
  }

  partitionOf(groupId: string): PartitionImage | undefined {
    const partitions = this.#modules.image().topicsByName.get(offsetsTopic)?.partitions;
    return partitions?.[partitionForGroup(groupId, partitions.length)];
  }

  makeTopic(): Promise<void> | undefined {
    if (this.#modules.image().topicsByName.has(offsetsTopic)) return undefined;
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  async #make(): Promise<void> {
    const { image, config, createTopics, logger } = this.#modules;
    const [result] = await createTopics([newOffsetsTopic(config(), image())]);
    // Somebody else may have made it meanwhile.
    if (result === undefined || !isRefusal(result) || result.error === 'TOPIC_ALREADY_EXISTS') {
      return;
    }
    const { name: topic, error, message } = result;
    logger.error('an internal topic could not be made', { topic, error, message });
  }

  /** `PartitionsListener`: a partition of some topic is here, or is led by somebody else now. */
  partitionChanged(partition: Partition): void {
    if (partition.topic !== offsetsTopic) return;
    if (partition.leaderId !== this.#nodeId) {
      this.#runtime.resigned(partition.index);
      return;
    }
    const log = this.#logs.get(partition) ?? new PartitionCoordinatorLog(partition);
    this.#logs.set(partition, log);
    this.#runtime.led(partition.index, log);
  }

  /** `PartitionsListener`: a partition is not here any more. */
  partitionClosed(partition: Partition): void {
    if (partition.topic === offsetsTopic) this.#runtime.resigned(partition.index);
  }

  /** Tells the groups of topics that came, went or grew. */
  topicsChanged({ topicsDeleted, partitionsChanged, brokersChanged }: ImageDelta): void {
    const changed = new Set<string>();
    for (const topic of partitionsChanged.keys()) changed.add(topic.name);
    for (const topic of topicsDeleted) changed.add(topic.name);
    // Racks are those of brokers.
    if (brokersChanged.size > 0) {
      for (const name of this.#modules.image().topicsByName.keys()) changed.add(name);
    }
    if (topicsDeleted.length > 0) {
      this.#runtime.tellAll({
        kind: 'topicsDeleted',
        names: topicsDeleted.map(({ name }) => name),
      });
    }
    if (changed.size > 0) this.#runtime.tellAll({ kind: 'topicsChanged', names: [...changed] });
  }

  /** Takes no further request, and ends the waits of those that wait for others. */
  drain(): void {
    this.#runtime.drain();
  }

  close(): void {
    this.#runtime.close();
  }
}

/** As many replicas as there are brokers, up to what is configured. */
function newOffsetsTopic(config: BrokerConfig, image: ClusterImage): NewTopic {
  const brokers = placeableBrokers(image).filter(serves).length;
  return {
    name: offsetsTopic,
    numPartitions: config.offsetsTopicNumPartitions,
    replicationFactor: Math.max(1, Math.min(config.offsetsTopicReplicationFactor, brokers)),
    assignments: [],
    configs: [
      { name: 'cleanup.policy', value: 'compact' },
      { name: 'compression.type', value: 'producer' },
      { name: 'segment.bytes', value: String(config.offsetsTopicSegmentBytes) },
    ],
  };
}

/** The values of records stay with the groups; the bytes that they come from are only lent. */
function decodeLent({ key, value }: EncodedRecord): GroupRecord | undefined {
  return decodeGroupRecord({ key, value: value === null ? null : ownBytes(value) });
}
