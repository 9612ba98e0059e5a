import type { BrokerConfig } from '../config/broker-config.ts';
import type { ConfigLayers } from '../config/config-layers.ts';
import type { ControllerSettings } from '../controller/controller-settings.ts';
import type { ClusterImage } from '../metadata/image.ts';
import type { Partition } from '../replication/partition.ts';
import type { ReplicationThrottle } from '../replication/replication-throttle.ts';
import type { TimerWheel } from '../runtime/timer-wheel.ts';
import type { Clock, Random } from '../runtime/runtime.ts';
import type { LogManager } from '../storage/log-manager.ts';
import type { Logger } from '../util/logger.ts';
import type { AnswerMemory } from './answer-memory.ts';
import type { TopicFilters } from './filtered/topic-filters.ts';
import type { FetchSessions } from './fetch-sessions.ts';
import type { FiguresService } from './figures-service.ts';
import type { GroupService } from './group-service.ts';
import type { MetadataCommands } from './metadata-commands.ts';

/** The partitions that have a replica on this broker. */
export interface PartitionLookup {
  get(topic: string, index: number): Partition | undefined;
  getById(topicId: string, index: number): Partition | undefined;
  /** Whether it is about to be made: the image has it here already. */
  isComing(topicId: string, index: number): boolean;
  /** Of the image that is acted on in full, with all partitions that it has here. */
  readonly revision: number;
  /** Settles once this broker acts on `revision` in full. */
  reached(revision: number): Promise<void>;
}

/** What the other brokers know of the cluster. */
export interface PeerRevisions {
  /** Settles once every broker that serves acts on `revision` of the image, or after a while. Never rejects. */
  reached(revision: number): Promise<void>;
  close(): void;
}

/** An API and the versions of it that a client may use. */
export interface ServedVersions {
  readonly key: number;
  readonly minVersion: number;
  readonly maxVersion: number;
}

/** What handlers work with: the parts of the broker, given to them by its composition root. */
export interface ApiServices {
  /** As it is now: what is set at run time is in it. */
  readonly config: BrokerConfig;
  readonly nodeId: number;
  readonly clusterId: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly wheel: TimerWheel;
  readonly logger: Logger;
  readonly partitions: PartitionLookup;
  /**
   * The follower that a consumer in a rack should read a partition from (`replica.selector.class`), -1 where
   * the leader serves it itself. Undefined where consumers read from leaders.
   */
  readonly selectReplica?: (partition: Partition, fetchOffset: number, rackId: string) => number;
  /** Of what is sent to followers. */
  readonly leaderThrottle: ReplicationThrottle;
  readonly logManager: LogManager;
  readonly metadata: MetadataCommands;
  /** Whether this broker's own lease is held: while it is not, what it knows of the cluster may be old. */
  mayLead(): boolean;
  readonly peers: PeerRevisions;
  readonly fetchSessions: FetchSessions;
  readonly groups: GroupService;
  readonly topicFilters: TopicFilters;
  readonly figures: FiguresService;
  readonly answerMemory: AnswerMemory;
  /** All that is served, in the order of their keys. */
  readonly served: readonly ServedVersions[];
  /** What the controller's decisions follow beside the image. */
  controllerSettings(): ControllerSettings;
  /** What was set for this broker, by where. */
  configLayers(): ConfigLayers;
  /** A broken invariant showed itself: the broker stops, the process lives. */
  readonly defect: (error: unknown) => void;
  /** The cluster as this broker knows it now. */
  image(): ClusterImage;
  /** Leader and epoch of a partition, named by topic name or id; -1 where they are not known. */
  currentLeader(
    topic: string,
    topicId: string,
    index: number,
  ): { leaderId: number; leaderEpoch: number };
}
