import type { ConfigInput } from '../config/load-broker-config.ts';
import type { BrokerOptions, TopicOptions, TopicRecord } from './public-api.ts';

/** What `createCluster` is told. All of it may be left out. */
export interface ClusterOptions extends Pick<
  BrokerOptions,
  'storage' | 'host' | 'config' | 'defaults' | 'logger' | 'console'
> {
  /** How many brokers: 1 to 100. Their node ids are 1, 2 and so on. Default: 3. */
  readonly brokers?: number;
  /**
   * The folder of the cluster, with one folder for each broker (`broker-1` and so on) and one for the metadata,
   * made when it is absent. Unless given, the cluster is temporary: its folder lies among the system's temporary
   * files, is never synced to disk, and goes with `stop()`.
   */
  readonly dataDir?: string;
  /** The port of the first broker; the others have those that follow. 0, the default, is any free ones. */
  readonly port?: number;
  /** The rack of each broker, in order, by which replicas are spread and readers find the nearest one. */
  readonly racks?: readonly string[];
  /** Topics that are there once the cluster is: the number of their partitions, or more about them. */
  readonly topics?: Readonly<Record<string, number | ClusterTopicOptions>>;
  /**
   * Whether each broker has a thread of its own, for clusters that are to use several cores; the metadata stays
   * with the calling thread. They take longer to start. Default: false.
   */
  readonly threads?: boolean;
  /**
   * Whether the cluster lets the process end when nothing else keeps it running. Default: true without a
   * `dataDir`, false with one.
   */
  readonly unref?: boolean;
}

/** What `createTopic` and `topics` say of a topic in a cluster. */
export interface ClusterTopicOptions extends TopicOptions {
  /** How many brokers have each partition. Default: `default.replication.factor`, which is 3, or all brokers. */
  readonly replicationFactor?: number;
  /** Topic configuration, by Kafka's keys: `{ 'min.insync.replicas': 2 }`. */
  readonly config?: Readonly<Record<string, ConfigInput>>;
}

/** What is the matter with a broker of a cluster; `killed` is also one whose defect stopped it. */
export type ClusterBrokerState = 'running' | 'paused' | 'killed';

/** One broker of a cluster. */
export interface ClusterBroker {
  readonly nodeId: number;
  /** `host:port`, the same after a restart. */
  readonly bootstrapServers: string;
  /** The folders with its data; none in memory. */
  readonly dataDirs: readonly string[];
  /** Where its console is; undefined where it has none, or has never run. */
  readonly consoleUrl: string | undefined;
  readonly state: ClusterBrokerState;
}

/** Several brokers in this process, which can be broken on purpose. */
export interface Cluster {
  /** `host:port` of each broker, parted by commas, for a Kafka client's list of brokers. */
  readonly bootstrapServers: string;
  readonly clusterId: string;
  /** In the order of their node ids. */
  readonly brokers: readonly ClusterBroker[];
  /** Resolves after `stop()`, rejects when a broken invariant stopped a broker. Not reported to the process. */
  readonly closed: Promise<void>;
  /**
   * Makes a topic, and waits until each broker that can be reached knows it. Rejects with an `OdradekError`, code
   * `BROKER_REFUSED`, whose details name Kafka's error, or `INVALID_ARGUMENT` for an option that does not exist.
   */
  createTopic(name: string, options?: ClusterTopicOptions): Promise<void>;
  /**
   * The records of a topic that a consumer would see now, partition by partition. Rejects with `UNKNOWN_TOPIC`,
   * and with `TIMED_OUT` where a partition has no leader, or one that came to lead with fewer replicas in sync than
   * `min.insync.replicas`, which cannot tell yet what all had. Meant for tests: all of them are in memory at once.
   */
  records(topic: string, options?: { readonly partition?: number }): Promise<TopicRecord[]>;
  /**
   * The node id of the broker that leads a partition, as the metadata has it; -1 where none does. Throws
   * `UNKNOWN_TOPIC`.
   */
  leader(topic: string, partition?: number): number;
  /** The node ids of the replicas of a partition that are in sync. Throws `UNKNOWN_TOPIC`. */
  inSyncReplicas(topic: string, partition?: number): readonly number[];
  /**
   * Ends a broker as SIGKILL ends a process: nothing is said, nothing is flushed, and its system closes its
   * connections. Settles when nothing of it is left. Others lead what it led as soon as they find out. A restart of it
   * that is under way rejects with `BROKER_STOPPED`. Rejects with `INVALID_ARGUMENT` in a cluster with `threads` whose
   * storage is memory, which would end with the thread; so does `restart`.
   */
  kill(nodeId: number): Promise<void>;
  /** Starts a broker on the data that it has; one that runs is stopped in order first. Rejects as its start does. */
  restart(nodeId: number): Promise<void>;
  /**
   * Stops a broker as SIGSTOP stops a process: its timers, sockets and disk stand still, and its connections stay
   * open without an answer. Others lead what it led once its lease is over (`broker.session.timeout.ms`).
   */
  pause(nodeId: number): Promise<void>;
  /** Lets a paused broker go on, with all that has come meanwhile. */
  resume(nodeId: number): Promise<void>;
  /**
   * Cuts the brokers of one side off from those of the other; who is on neither side reaches both. What they send
   * each other waits, as TCP sends again. The metadata is with the larger side, or with the first of two as large;
   * the other side's leaders serve until their leases are over. Clients reach all brokers unless `clients` names
   * those that they reach. Takes the place of any cut before.
   */
  partition(
    side: readonly number[],
    otherSide: readonly number[],
    options?: { readonly clients?: readonly number[] },
  ): void;
  /** Ends every cut; what waited arrives. */
  heal(): void;
  /**
   * Stops all brokers in order, but for those that are paused, which are killed. Nobody is elected in anybody's place:
   * all are in sync when they are started again. May be called twice.
   */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
