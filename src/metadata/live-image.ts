import { must } from '../util/assert.ts';
import { LiveFilteredTopic } from './filtered-topics.ts';
import { decodePartition, decodeValue, parseImageKey } from './image-keys.ts';
import type {
  ClusterValue,
  ConfigValue,
  ControllerValue,
  ImageKey,
  ProducerIdsValue,
  SuspicionValue,
  TopicValue,
} from './image-keys.ts';
import { emptyConfig, internalTopics } from './image.ts';
import type {
  BrokerImage,
  ClusterImage,
  ConfigImage,
  ImageDelta,
  PartitionImage,
  SuspicionImage,
  TopicImage,
} from './image.ts';
import { LiveBrokers } from './live-brokers.ts';
import type { StoreChange, StoreEntry, StoreSnapshot } from './store.ts';

/** A topic that can still change. */
interface LiveTopic extends TopicImage {
  partitions: PartitionImage[];
  config: ConfigImage;
  readonly filtered?: undefined;
  revision: number;
}

/** What is known of a topic id, whether its topic is there already, or no more. */
interface TopicParts {
  readonly partitions: Map<number, PartitionImage>;
  config: ConfigImage;
}

/** A delta while it is gathered. */
interface GrowingDelta extends ImageDelta {
  readonly brokersChanged: Set<number>;
  readonly suspicionsChanged: Set<number>;
  readonly topicsCreated: TopicImage[];
  readonly topicsDeleted: TopicImage[];
  readonly partitionsChanged: Map<TopicImage, Set<number>>;
  readonly topicConfigsChanged: TopicImage[];
  readonly brokerConfigsChanged: Set<number>;
  readonly groupConfigsChanged: Set<string>;
  controllerChanged: boolean;
}

/**
 * The image that follows a store: loaded from a snapshot, then brought forward commit by commit. Its readers
 * hold it as a `ClusterImage`.
 *
 * A topic appears when its own key is there and every partition that the key counts; until then what is
 * there of it waits in `#parts`, unseen.
 */
export class LiveImage implements ClusterImage {
  clusterId = '';
  revision = 0;
  controllerId = -1;
  controllerEpoch = -1;
  controllerRevision = 0;
  nextProducerId = 0;
  nextProducerIdRevision = 0;
  defaultBrokerConfig: ConfigImage = emptyConfig;
  readonly suspicions = new Map<number, SuspicionImage>();
  readonly topicsByName = new Map<string, LiveTopic | LiveFilteredTopic>();
  readonly topicsById = new Map<string, LiveTopic | LiveFilteredTopic>();
  readonly brokerConfigs = new Map<number, ConfigImage>();
  readonly groupConfigs = new Map<string, ConfigImage>();

  readonly #brokers = new LiveBrokers();
  /** Every key that is in the image now, with the revision of its last change. */
  readonly #revisions = new Map<string, number>();
  /** Topic keys, by name, whether all of their partitions are there or not. */
  readonly #topicKeys = new Map<string, TopicValue & { readonly revision: number }>();
  readonly #namesById = new Map<string, string>();
  readonly #parts = new Map<string, TopicParts>();
  /** By the id of the source, be that there or not. */
  readonly #filtered = new Map<string, Set<LiveFilteredTopic>>();

  get brokers(): ReadonlyMap<number, BrokerImage> {
    return this.#brokers.images;
  }

  /**
   * Everything as it is in `snapshot`, a whole one. Also after a watch was compacted: the delta says what
   * has changed since. Throws `NEWER_FORMAT` and `CORRUPT_DATA` of values that cannot be read.
   */
  load(snapshot: StoreSnapshot): ImageDelta {
    const present = new Set(snapshot.entries.map(({ key }) => key));
    const gone = [...this.#revisions.keys()].filter((key) => !present.has(key));
    const changed = snapshot.entries.filter(
      ({ key, revision }) => this.#revisions.get(key) !== revision,
    );
    const delta = newDelta();
    for (const key of gone) this.#apply(key, null, snapshot.revision, delta);
    for (const entry of ordered(changed)) {
      this.#apply(entry.key, entry.value, entry.revision, delta);
    }
    this.revision = snapshot.revision;
    return delta;
  }

  /** One commit. Throws as `load` does. */
  apply(revision: number, changes: readonly StoreChange[]): ImageDelta {
    const delta = newDelta();
    for (const { key, value } of ordered(changes)) this.#apply(key, value, revision, delta);
    this.revision = revision;
    return delta;
  }

  /** Ids whose partitions or configs are in the store though no topic has them: leftovers of a crash. */
  *orphanedTopicIds(): Generator<string> {
    for (const topicId of this.#parts.keys()) {
      if (!this.#namesById.has(topicId)) yield topicId;
    }
  }

  /** Indexes of the partition keys that the store has for a topic id. */
  partitionKeysOf(topicId: string): number[] {
    return [...(this.#parts.get(topicId)?.partitions.keys() ?? [])];
  }

  #apply(key: string, value: Uint8Array | null, revision: number, delta: GrowingDelta): void {
    if (value === null) this.#revisions.delete(key);
    else this.#revisions.set(key, revision);
    const parsed = parseImageKey(key);
    if (parsed !== undefined) this.#applyParsed(parsed, key, value, revision, delta);
  }

  #applyParsed(
    parsed: ImageKey,
    key: string,
    value: Uint8Array | null,
    revision: number,
    delta: GrowingDelta,
  ): void {
    switch (parsed.kind) {
      case 'cluster':
        this.clusterId = value === null ? '' : decodeValue<ClusterValue>(key, value).clusterId;
        return;
      case 'controller':
        this.#setController(key, value, revision, delta);
        return;
      case 'producer-ids':
        this.#setProducerIds(key, value, revision);
        return;
      case 'broker':
        this.#brokers.setRegistration(parsed.nodeId, key, value, revision);
        delta.brokersChanged.add(parsed.nodeId);
        return;
      case 'live':
        this.#brokers.setLive(parsed.nodeId, key, value, revision);
        delta.brokersChanged.add(parsed.nodeId);
        return;
      case 'suspicion':
        this.#setSuspicion(parsed.nodeId, key, value, revision);
        delta.suspicionsChanged.add(parsed.nodeId);
        return;
      case 'broker-config':
        this.#setBrokerConfig(parsed.nodeId, decodeConfig(key, value, revision));
        delta.brokerConfigsChanged.add(parsed.nodeId);
        return;
      case 'group-config':
        setOrDelete(this.groupConfigs, parsed.name, decodeConfig(key, value, revision));
        delta.groupConfigsChanged.add(parsed.name);
        return;
      case 'topic':
        this.#setTopicKey(parsed.name, key, value, revision, delta);
        return;
      case 'topic-config':
        this.#setTopicConfig(parsed.topicId, decodeConfig(key, value, revision), delta);
        return;
      case 'partition':
        this.#setPartition(parsed.topicId, parsed.index, key, value, revision, delta);
        return;
    }
  }

  #setController(
    key: string,
    value: Uint8Array | null,
    revision: number,
    delta: GrowingDelta,
  ): void {
    const { nodeId = -1, epoch = -1 } =
      value === null ? {} : decodeValue<ControllerValue>(key, value);
    if (nodeId !== this.controllerId || epoch !== this.controllerEpoch) {
      delta.controllerChanged = true;
    }
    this.controllerId = nodeId;
    this.controllerEpoch = epoch;
    this.controllerRevision = value === null ? 0 : revision;
  }

  #setProducerIds(key: string, value: Uint8Array | null, revision: number): void {
    if (value === null) return;
    this.nextProducerId = decodeValue<ProducerIdsValue>(key, value).nextProducerId;
    this.nextProducerIdRevision = revision;
  }

  #setSuspicion(nodeId: number, key: string, value: Uint8Array | null, revision: number): void {
    if (value === null) this.suspicions.delete(nodeId);
    else {
      const said = decodeValue<SuspicionValue>(key, value);
      this.suspicions.set(nodeId, { ...said, nodeId, revision });
    }
  }

  #setBrokerConfig(nodeId: number, config: ConfigImage): void {
    if (nodeId === -1) this.defaultBrokerConfig = config;
    else setOrDelete(this.brokerConfigs, nodeId, config);
  }

  #setTopicKey(
    name: string,
    key: string,
    value: Uint8Array | null,
    revision: number,
    delta: GrowingDelta,
  ): void {
    const before = this.#topicKeys.get(name);
    const now = value === null ? undefined : decodeValue<TopicValue>(key, value);
    if (before !== undefined && before.topicId !== now?.topicId)
      this.#forgetTopic(name, before, delta);
    if (now === undefined) return;
    this.#topicKeys.set(name, { ...now, revision });
    this.#namesById.set(now.topicId, name);
    this.#showTopic(name, delta);
  }

  #forgetTopic(name: string, key: TopicValue, delta: GrowingDelta): void {
    this.#topicKeys.delete(name);
    this.#namesById.delete(key.topicId);
    const topic = this.topicsByName.get(name);
    if (topic === undefined) return;
    this.topicsByName.delete(name);
    this.topicsById.delete(topic.id);
    delta.topicsDeleted.push(topic);
    delta.partitionsChanged.delete(topic);
    if (key.sourceTopicId !== undefined) {
      this.#filtered.get(key.sourceTopicId)?.delete(topic as LiveFilteredTopic);
    }
    this.#noteInFiltered(topic.id, [], delta);
  }

  /** Makes what the topic's key says visible, if all of it is there. */
  #showTopic(name: string, delta: GrowingDelta): void {
    const key = must(this.#topicKeys.get(name));
    if (key.sourceTopicId !== undefined) {
      this.#showFiltered(name, key.sourceTopicId, key, delta);
      return;
    }
    const parts = this.#parts.get(key.topicId);
    const found = this.#withPartitions(this.topicsByName.get(name));
    const shown = found?.partitions.length ?? 0;
    const partitions: PartitionImage[] = [];
    for (let index = 0; index < key.partitionCount; index++) {
      const partition = parts?.partitions.get(index);
      if (partition === undefined) return;
      partitions.push(partition);
    }
    if (found !== undefined) {
      found.partitions = partitions;
      found.revision = key.revision;
      for (let index = shown; index < partitions.length; index++) {
        this.#noteChange(delta, found, index);
      }
      return;
    }
    this.#addTopic(
      {
        name,
        id: key.topicId,
        internal: internalTopics.has(name),
        partitions,
        config: parts?.config ?? emptyConfig,
        revision: key.revision,
      },
      delta,
    );
  }

  #showFiltered(
    name: string,
    sourceTopicId: string,
    { topicId, revision }: TopicValue & { readonly revision: number },
    delta: GrowingDelta,
  ): void {
    const found = this.topicsByName.get(name);
    if (found?.filtered !== undefined) {
      found.revision = revision;
      return;
    }
    const topic = new LiveFilteredTopic({ name, id: topicId, sourceTopicId }, () =>
      this.#withPartitions(this.topicsById.get(sourceTopicId)),
    );
    topic.config = this.#parts.get(topicId)?.config ?? emptyConfig;
    topic.revision = revision;
    const siblings = this.#filtered.get(sourceTopicId) ?? new Set();
    this.#filtered.set(sourceTopicId, siblings.add(topic));
    this.#addTopic(topic, delta);
  }

  #withPartitions(topic: LiveTopic | LiveFilteredTopic | undefined): LiveTopic | undefined {
    return topic?.filtered === undefined ? topic : undefined;
  }

  #addTopic(topic: LiveTopic | LiveFilteredTopic, delta: GrowingDelta): void {
    this.topicsByName.set(topic.name, topic);
    this.topicsById.set(topic.id, topic);
    delta.topicsCreated.push(topic);
    delta.partitionsChanged.set(topic, new Set(topic.partitions.keys()));
    this.#noteInFiltered(topic.id, [...topic.partitions.keys()], delta);
  }

  #noteChange(delta: GrowingDelta, topic: LiveTopic, index: number): void {
    noteChanges(delta, topic, [index]);
    this.#noteInFiltered(topic.id, [index], delta);
  }

  /** What changes in a source changes in the topics that show it. */
  #noteInFiltered(topicId: string, indexes: readonly number[], delta: GrowingDelta): void {
    const filtered = this.#filtered.get(topicId);
    if (filtered === undefined) return;
    for (const topic of filtered) noteChanges(delta, topic, indexes);
  }

  #setTopicConfig(topicId: string, config: ConfigImage, delta: GrowingDelta): void {
    this.#partsOf(topicId).config = config;
    this.#dropEmptyParts(topicId);
    const topic = this.topicsById.get(topicId);
    if (topic === undefined) return;
    topic.config = config;
    if (!delta.topicsCreated.includes(topic)) delta.topicConfigsChanged.push(topic);
  }

  #setPartition(
    topicId: string,
    index: number,
    key: string,
    value: Uint8Array | null,
    revision: number,
    delta: GrowingDelta,
  ): void {
    const { partitions } = this.#partsOf(topicId);
    if (value === null) {
      partitions.delete(index);
      this.#dropEmptyParts(topicId);
      return;
    }
    const partition = { ...decodePartition(key, value), index, revision };
    partitions.set(index, partition);
    const topic = this.#withPartitions(this.topicsById.get(topicId));
    if (topic !== undefined && index < topic.partitions.length) {
      topic.partitions[index] = partition;
      this.#noteChange(delta, topic, index);
      return;
    }
    const name = this.#namesById.get(topicId);
    if (name === undefined) return;
    const counted = must(this.#topicKeys.get(name)).partitionCount;
    if (counted > (topic?.partitions.length ?? 0)) this.#showTopic(name, delta);
  }

  #partsOf(topicId: string): TopicParts {
    let parts = this.#parts.get(topicId);
    if (parts === undefined) {
      parts = { partitions: new Map(), config: emptyConfig };
      this.#parts.set(topicId, parts);
    }
    return parts;
  }

  #dropEmptyParts(topicId: string): void {
    const parts = this.#parts.get(topicId);
    if (parts?.partitions.size === 0 && parts.config === emptyConfig) this.#parts.delete(topicId);
  }
}

function decodeConfig(key: string, value: Uint8Array | null, revision: number): ConfigImage {
  if (value === null) return emptyConfig;
  const { values } = decodeValue<ConfigValue>(key, value);
  return { values: new Map(Object.entries(values)), revision };
}

function setOrDelete<Key>(configs: Map<Key, ConfigImage>, key: Key, config: ConfigImage): void {
  if (config === emptyConfig) configs.delete(key);
  else configs.set(key, config);
}

/**
 * Topic keys behind all others: of one commit it does not matter in which order its keys are listed, and a
 * topic is looked at once, with all that came for it.
 */
function ordered<Entry extends StoreEntry | StoreChange>(entries: readonly Entry[]): Entry[] {
  const isTopic = ({ key }: Entry): boolean => key.startsWith('odradek/topic/');
  return [...entries.filter((entry) => !isTopic(entry)), ...entries.filter(isTopic)];
}

function noteChanges(delta: GrowingDelta, topic: TopicImage, indexes: readonly number[]): void {
  const noted = delta.partitionsChanged.get(topic);
  if (noted === undefined) delta.partitionsChanged.set(topic, new Set(indexes));
  else for (const index of indexes) noted.add(index);
}

function newDelta(): GrowingDelta {
  return {
    brokersChanged: new Set(),
    suspicionsChanged: new Set(),
    topicsCreated: [],
    topicsDeleted: [],
    partitionsChanged: new Map(),
    topicConfigsChanged: [],
    brokerConfigsChanged: new Set(),
    groupConfigsChanged: new Set(),
    controllerChanged: false,
  };
}
