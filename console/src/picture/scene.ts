/** What of the cluster is drawn. Types alone; compose-scene.ts makes it. */
import type {
  BrokerFigures,
  GroupFigures,
  ProducerFigures,
  Why,
} from '../../../src/admin/contract/picture.ts';

/** What is drawn. */
export interface Scene {
  readonly brokers: readonly SceneBroker[];
  /** Not given a column of their own; their replicas stand in one column together. */
  readonly brokersMore: readonly number[];
  readonly producers: readonly SceneProducer[];
  readonly producersMore: number;
  readonly bands: readonly SceneBand[];
  /** Without internal ones. */
  readonly topicsMore: number;
  readonly groups: readonly SceneGroup[];
  readonly groupsMore: number;
}

/** A broker with a column. */
export interface SceneBroker extends Pick<
  BrokerFigures,
  'nodeId' | 'state' | 'figures' | 'stateSinceMs'
> {
  readonly isController: boolean;
  readonly address: string;
  readonly why: Why | null;
}

/** A client that writes, over one connection or one to each leader. */
export interface SceneProducer extends Pick<ProducerFigures, 'id' | 'clientId' | 'address'> {
  readonly connections: number;
  readonly messagesPerSecond: number;
  readonly topics: readonly { readonly topic: string; readonly messagesPerSecond: number }[];
}

/** A topic: a line for each partition, or one for all when it is folded. */
export interface SceneBand {
  readonly topic: string;
  readonly sourceTopic: string | null;
  readonly folded: boolean;
  readonly messagesPerSecond: number;
  readonly partitions: readonly ScenePartition[];
  /** Partitions without a line of their own though the topic is not folded. */
  readonly partitionsMore: number;
  readonly why: Why | null;
}

/** How a replica is. */
export type ReplicaRole = 'leader' | 'in-sync' | 'lagging' | 'offline';

/** A partition. */
export interface ScenePartition {
  readonly index: number;
  readonly leader: number;
  readonly leaderEpoch: number;
  /** Records that are kept; null where the leader did not say. */
  readonly messages: number | null;
  readonly messagesPerSecond: number;
  readonly replicas: readonly {
    readonly nodeId: number;
    readonly role: ReplicaRole;
    readonly lag: number;
  }[];
}

/** A group: its members, or only how many they are when it is folded. */
export interface SceneGroup extends Pick<GroupFigures, 'groupId' | 'state' | 'lag' | 'trend'> {
  readonly folded: boolean;
  readonly memberCount: number;
  readonly members: readonly SceneMember[];
  readonly membersMore: number;
  /** Topics among those shown that it reads. */
  readonly topics: readonly string[];
  readonly why: Why | null;
}

/** A member; the one whose id is empty stands for the partitions that nobody owns. */
export interface SceneMember {
  readonly memberId: string;
  readonly name: string;
  readonly lag: number | null;
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[];
}

/** How much room there is, and what is looked for. */
export interface SceneOptions {
  readonly columnsMax: number;
  /** About how high the middle may become. */
  readonly heightMax: number;
  /** Only this topic, with what writes and reads it. */
  readonly topic?: string | undefined;
  /** Topics that were drawn before: they stay while they are busy enough, so that nothing jumps. */
  readonly before?: readonly string[];
}
