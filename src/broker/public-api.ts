import type { ConfigInput } from '../config/load-broker-config.ts';
import type { Logger } from '../util/logger.ts';

/** What `createBroker` is told. All of it may be left out. */
export interface BrokerOptions {
  /**
   * Where records are kept: in files (the default), or in memory, gone with the broker and bounded by
   * `odradek.memory.storage.bytes`.
   */
  readonly storage?: 'disk' | 'memory';
  /**
   * The folder for topics and metadata, made when it is absent. Unless given, the broker is temporary: its
   * folder lies among the system's temporary files, is never synced to disk, and goes with `stop()`.
   */
  readonly dataDir?: string;
  /** The address to listen on. Default: 127.0.0.1. */
  readonly host?: string;
  /** The port to listen on, 0 for any free one. Default: 0. */
  readonly port?: number;
  /** Topics that are there once the broker is: the number of their partitions, or more about them. */
  readonly topics?: Readonly<Record<string, number | TopicOptions>>;
  /** Broker configuration, by Kafka's keys: `{ 'auto.create.topics.enable': false }`. */
  readonly config?: Readonly<Record<string, ConfigInput | undefined>>;
  /**
   * What holds for configuration that is not set. `embedded`, the default, adds no waiting to tests: consumer
   * groups settle at once (`group.initial.rebalance.delay.ms=20`, `group.consumer.heartbeat.interval.ms=100`,
   * `group.consumer.assignment.interval.ms=0`, `odradek.group.consumer.unsettled.heartbeat.interval.ms=20`) and
   * `offsets.topic.num.partitions=1`. `kafka` has Kafka's own defaults, as `odradek start` does.
   */
  readonly defaults?: 'embedded' | 'kafka';
  /**
   * Whether the console is served, and health, metrics and records over HTTP, on 127.0.0.1:8080, or the next port
   * that is free; or where and how. What befalls it is a warning: the broker runs without it. Default: where
   * `odradek.admin.listener` says, which is nowhere.
   */
  readonly console?: boolean | ConsoleOptions;
  /** Told what happens. Default: nobody is. */
  readonly logger?: Logger;
  /**
   * Whether the broker lets the process end when nothing else keeps it running. Default: true for a broker
   * without a `dataDir`, so that a test run that forgets `stop()` still ends; false with one.
   */
  readonly unref?: boolean;
}

/** Where and how the console is served. */
export interface ConsoleOptions {
  /** The port to listen on, or the first of those that are tried; 0 for any free one. Default: 8080. */
  readonly port?: number;
  /** The address to listen on. Default: 127.0.0.1; another one takes a password. */
  readonly host?: string;
  /** Nothing can be changed over HTTP. Default: false. */
  readonly readOnly?: boolean;
  /** What people type to sign in. Default: nobody has to. */
  readonly password?: string;
}

/** What `createTopic` and `topics` say of a topic. */
export interface TopicOptions {
  /** Default: the broker's `num.partitions`. */
  readonly partitions?: number;
  /** Topic configuration, by Kafka's keys: `{ 'retention.ms': 60_000 }`. */
  readonly config?: Readonly<Record<string, ConfigInput>>;
}

/** A record as it stands in a topic. The buffers belong to the caller. */
export interface TopicRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  /** Null is a tombstone. */
  readonly value: Buffer | null;
  /** In their order; a key may stand more than once. */
  readonly headers: readonly { readonly key: string; readonly value: Buffer | null }[];
}

/** A broker that runs in this process. */
export interface Broker {
  /** `host:port`, for a Kafka client's list of brokers; several listeners are parted by commas. */
  readonly bootstrapServers: string;
  readonly clusterId: string;
  readonly nodeId: number;
  /** The folders with its data; none in memory. */
  readonly dataDirs: readonly string[];
  /** Where the console is; undefined where there is none. */
  readonly consoleUrl: string | undefined;
  /**
   * Settles when the broker has stopped: resolves after `stop()`, rejects when a broken invariant stopped it.
   * A rejection that nobody waits for is not reported to the process.
   */
  readonly closed: Promise<void>;
  /**
   * Makes a topic, and waits until it can be used. Rejects with an `OdradekError`, code `BROKER_REFUSED`,
   * whose details name Kafka's error, or `INVALID_ARGUMENT` for an option that does not exist.
   */
  createTopic(name: string, options?: TopicOptions): Promise<void>;
  /**
   * The records of a topic that a consumer would see now, partition by partition. Rejects with
   * `UNKNOWN_TOPIC`, and with `INVALID_ARGUMENT` for a partition that the topic does not have. Meant for tests:
   * all of them are in memory at once.
   */
  records(topic: string, options?: { readonly partition?: number }): Promise<TopicRecord[]>;
  /** Stops in order: answers what was asked, writes what must survive, closes everything. May be called twice. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
