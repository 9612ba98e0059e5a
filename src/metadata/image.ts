/**
 * The cluster as its metadata store describes it, ready to be read on the way of a request: by name, by id,
 * by index, without a copy and without waiting. It changes only between events, as commits arrive
 * (`LiveImage`); who keeps a `TopicImage` across events sees it change. Partitions, brokers and configs are
 * replaced whole and never changed in place.
 */
export interface ClusterImage {
  /** Empty until the cluster has been initialised. */
  readonly clusterId: string;
  /** Of the newest commit in it. */
  readonly revision: number;
  /** Node id of the elected controller, -1 when there is none. */
  readonly controllerId: number;
  /** Broker epoch of the elected controller, -1 when there is none or it says none. */
  readonly controllerEpoch: number;
  /** Revision of the key that elects it: each write of the controller compares it. 0 when there is none. */
  readonly controllerRevision: number;
  readonly brokers: ReadonlyMap<number, BrokerImage>;
  /** Who is said to be dead, by node id. */
  readonly suspicions: ReadonlyMap<number, SuspicionImage>;
  readonly topicsByName: ReadonlyMap<string, TopicImage>;
  readonly topicsById: ReadonlyMap<string, TopicImage>;
  /** Configs set at run time for one broker, by node id. */
  readonly brokerConfigs: ReadonlyMap<number, ConfigImage>;
  /** Configs set at run time for all brokers. */
  readonly defaultBrokerConfig: ConfigImage;
  /** Configs set at run time for groups, by group id. */
  readonly groupConfigs: ReadonlyMap<string, ConfigImage>;
  /** The first producer id that no block has. */
  readonly nextProducerId: number;
  readonly nextProducerIdRevision: number;
}

/** A registered broker. */
export interface BrokerImage {
  readonly nodeId: number;
  /** Greater with every start. */
  readonly epoch: number;
  readonly rack: string | null;
  /** In the order of `advertised.listeners`. */
  readonly listeners: readonly ListenerImage[];
  /**
   * Registered, but not served by: it leads nothing and is shown to nobody. So is each that is not admitted,
   * or not live.
   */
  readonly fenced: boolean;
  /** The controller has let this epoch in. */
  readonly admitted: boolean;
  /** In controlled shutdown: it gives up what it leads, and gets nothing new. */
  readonly stopping: boolean;
  /** Of its log directories (KIP-858), in the order of `log.dirs`. */
  readonly directoryIds: readonly string[];
  /** All that it had before it came back without one, while some partition waits for what was in them. */
  readonly awaitedDirectoryIds: readonly string[];
  /** The machine it runs on, as that names itself; empty when it does not say. */
  readonly hostName: string;
  /** Changes when the memory of that machine was lost; empty when it does not say. */
  readonly bootId: string;
  /** Tells its directories from copies of them on the same machine; empty when that does not say. */
  readonly folder: string;
  /** What other brokers show to be told its figures, another with every start; empty when there is none. */
  readonly figuresSecret: string;
  /** The lease that its process renews, which anybody may revoke; empty when there is none. */
  readonly leaseId: string;
  /**
   * Its logs may have lost what they had when it stopped last, power loss say: it may be in sync with nothing
   * when it is admitted (KIP-966).
   */
  readonly uncleanShutdown: boolean;
  /** Its process renews its lease, as far as the store knows. */
  readonly live: boolean;
  /** Of the key that says so; 0 when there is none of this epoch. */
  readonly liveRevision: number;
  /** Of the key it stands in; 0 is no key. */
  readonly revision: number;
}

/** Somebody's word that a broker is dead: its connection broke, and it refused another. */
export interface SuspicionImage {
  readonly nodeId: number;
  /** The epoch that is meant; one that has registered since is not. */
  readonly epoch: number;
  /** Node id of who says so. */
  readonly by: number;
  readonly revision: number;
}

/** Where clients that came by the listener of this name reach a broker. */
export interface ListenerImage {
  readonly name: string;
  readonly securityProtocol: string;
  readonly host: string;
  readonly port: number;
}

/** A topic, whole. */
export interface TopicImage {
  readonly name: string;
  /** 22 characters of unpadded URL base64. */
  readonly id: string;
  /** `__consumer_offsets`, `__transaction_state` and `__share_group_state`. */
  readonly internal: boolean;
  /** By index, without gaps. Those of a filtered topic are its source's. */
  readonly partitions: readonly PartitionImage[];
  /** The topic's own configs, as they were set. */
  readonly config: ConfigImage;
  /** Of a filtered topic only: it has no logs of its own. */
  readonly filtered?: FilteredTopicImage | undefined;
  readonly revision: number;
}

/** What a filtered topic shows. */
export interface FilteredTopicImage {
  readonly sourceTopic: string;
  /** The link: a topic of the same name that is made after the source is another one. */
  readonly sourceTopicId: string;
  /** CEL, as it was set (`odradek.filter`). */
  readonly filter: string;
}

/** Who holds and who leads a partition. */
export interface PartitionImage {
  readonly index: number;
  /** Node id, -1 when nobody leads. */
  readonly leader: number;
  readonly leaderEpoch: number;
  /** Raised with every change of this partition. */
  readonly partitionEpoch: number;
  /** Node ids, the preferred leader first. */
  readonly replicas: readonly number[];
  /** In-sync replicas. */
  readonly isr: readonly number[];
  /** Eligible leader replicas (KIP-966). */
  readonly elr: readonly number[];
  /** Who led last, where nobody leads: to be waited for while `isr` and `elr` are empty. */
  readonly lastKnownElr: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly removingReplicas: readonly number[];
  readonly revision: number;
}

/** Values as they were set, by key. */
export interface ConfigImage {
  readonly values: ReadonlyMap<string, string>;
  readonly revision: number;
}

/** No config, under no key. */
export const emptyConfig: ConfigImage = { values: new Map(), revision: 0 };

/** The topic that group coordinators write to. */
export const offsetsTopic = '__consumer_offsets';

/** Topics that the broker itself writes to. Clients may not create them as they like. */
export const internalTopics: ReadonlySet<string> = new Set([
  offsetsTopic,
  '__transaction_state',
  '__share_group_state',
]);

/** What some commits changed, for those who act on it. Names and ids, each once; the image has the rest. */
export interface ImageDelta {
  /** Those too whose lease began or ended. */
  readonly brokersChanged: ReadonlySet<number>;
  readonly suspicionsChanged: ReadonlySet<number>;
  /** Came into being. */
  readonly topicsCreated: readonly TopicImage[];
  /** As they were last. */
  readonly topicsDeleted: readonly TopicImage[];
  /** Indexes that are new or changed, by topic. A created topic's are all here. */
  readonly partitionsChanged: ReadonlyMap<TopicImage, ReadonlySet<number>>;
  /** Topics there before whose configs changed. */
  readonly topicConfigsChanged: readonly TopicImage[];
  /** Node ids; -1 stands for the defaults of all. */
  readonly brokerConfigsChanged: ReadonlySet<number>;
  readonly groupConfigsChanged: ReadonlySet<string>;
  readonly controllerChanged: boolean;
}
