import { createClient, type Client } from '../../client/client.ts';
import type { NetworkPartition, Cuts } from '../../faults/cuts.ts';
import type { ClusterImage, PartitionImage } from '../../metadata/image.ts';
import { keepingAlive } from '../../runtime/node/keep-alive.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import { checkClusterTopicOptions } from '../check-options.ts';
import type { Cluster, ClusterBroker, ClusterTopicOptions } from '../cluster-api.ts';
import type { TopicRecord } from '../public-api.ts';
import type { WatchedImage } from './cluster-image.ts';
import type { ClusterMember, MemberAddress } from './cluster-member.ts';
import type { ClusterStorage } from './cluster-storage.ts';
import { killedMeanwhile } from './member-lives.ts';
import { readTopic } from './read-topic.ts';

/** What a cluster is made of. */
export interface EmbeddedClusterModules {
  /** Of the calling thread, for what the cluster itself does. */
  readonly runtime: Runtime;
  readonly storage: ClusterStorage;
  readonly watched: WatchedImage;
  readonly members: readonly ClusterMember[];
  readonly cuts: Cuts;
}

/** How long a broker is waited for that is registered and has to be let in, or has to hear of something. */
const settleTimeoutMs = 30_000;
/** A broker that is stopped does not answer; others do. */
const requestTimeoutMs = 3000;

/** The handle that `createCluster` answers. */
export class EmbeddedCluster implements Cluster {
  readonly brokers: readonly ClusterBroker[];
  readonly closed: Promise<void>;
  readonly #modules: EmbeddedClusterModules;
  readonly #byId: ReadonlyMap<number, ClusterMember>;
  readonly #ended = Promise.withResolvers<void>();
  #stopping: Promise<void> | undefined;

  constructor(modules: EmbeddedClusterModules) {
    this.#modules = modules;
    this.#byId = new Map(modules.members.map((member) => [member.nodeId, member]));
    this.brokers = modules.members.map(handleOf);
    this.closed = this.#ended.promise;
    this.closed.catch(() => {});
  }

  get bootstrapServers(): string {
    return this.brokers.map(({ bootstrapServers }) => bootstrapServers).join(',');
  }

  get clusterId(): string {
    return this.#modules.watched.image.clusterId;
  }

  /** Begins all brokers at once. Rejects with what the first has failed with; the others are stopped then. */
  async start(): Promise<void> {
    await allOrFirstFailure(this.#modules.members.map((member) => member.start()));
    await this.#known();
  }

  /** A broken invariant has stopped a broker. */
  defect(error: unknown): void {
    this.#ended.reject(error);
  }

  /** Settles when those that run are let in, and know each other. */
  async #known(): Promise<void> {
    const nodeIds = this.#reachable.map(({ nodeId }) => nodeId);
    const areIn = ({ brokers }: ClusterImage): boolean =>
      nodeIds.every((nodeId) => brokers.get(nodeId)?.fenced === false);
    await this.#modules.watched.until('letting the brokers in', areIn, settleTimeoutMs);
    await this.#seenByAll();
  }

  /** Those that hear of what is committed. */
  get #reachable(): readonly ClusterMember[] {
    const { members, cuts } = this.#modules;
    return members.filter(
      ({ state, nodeId }) => state === 'running' && !cuts.isCut(nodeId, 'store'),
    );
  }

  /** Settles when those that can be reached know what there is in the metadata now. */
  async #seenByAll(): Promise<void> {
    const { revision } = this.#modules.watched.image;
    await Promise.all(this.#reachable.map((member) => member.reached(revision)));
  }

  async createTopic(name: string, options: ClusterTopicOptions = {}): Promise<void> {
    checkClusterTopicOptions(name, options);
    await this.createTopics({ [name]: options });
  }

  /** Makes several topics; fails with the first that cannot be made. */
  async createTopics(
    topics: Readonly<Record<string, number | ClusterTopicOptions>>,
  ): Promise<void> {
    const asked = Object.entries(topics).map(([name, topic]) => newTopic(name, topic));
    if (asked.length === 0) return;
    await this.#asClient(async ({ admin }) => {
      for (const outcome of await admin.createTopics(asked)) {
        if ('error' in outcome) throw outcome.error;
      }
    });
    const isLed = ({ leader }: PartitionImage): boolean => leader >= 0;
    const areThere = ({ topicsByName }: ClusterImage): boolean =>
      asked.every(({ name }) => topicsByName.get(name)?.partitions.every(isLed) === true);
    const { watched } = this.#modules;
    await keepingAlive(async () => {
      await watched.until('making the topics', areThere, settleTimeoutMs);
      await this.#seenByAll();
    });
  }

  records(topic: string, options: { readonly partition?: number } = {}): Promise<TopicRecord[]> {
    return this.#asClient((client) => readTopic(client, topic, options));
  }

  #asClient<T>(work: (client: Client) => Promise<T>): Promise<T> {
    this.#refuseIfStopped();
    return keepingAlive(async () => {
      const running = this.brokers.filter(({ state }) => state === 'running');
      const bootstrapServers = (running.length > 0 ? running : this.brokers).map(
        (broker) => broker.bootstrapServers,
      );
      const options = { bootstrapServers, requestTimeoutMs, unknownTopicTimeoutMs: 0 };
      const client = createClient(options, this.#modules.runtime);
      try {
        return await work(client);
      } finally {
        client.close();
      }
    });
  }

  #refuseIfStopped(): void {
    if (this.#stopping === undefined) return;
    throw new OdradekError('the cluster has stopped', { code: 'BROKER_STOPPED' });
  }

  leader(topic: string, partition = 0): number {
    return this.#partition(topic, partition).leader;
  }

  inSyncReplicas(topic: string, partition = 0): readonly number[] {
    return this.#partition(topic, partition).isr;
  }

  #partition(topic: string, index: number): PartitionImage {
    const found = this.#modules.watched.image.topicsByName.get(topic)?.partitions[index];
    if (found !== undefined) return found;
    throw new OdradekError(`there is no partition ${index} of a topic ${topic}`, {
      code: 'UNKNOWN_TOPIC',
      topic,
    });
  }

  async kill(nodeId: number): Promise<void> {
    const member = this.#lasting('kill', nodeId);
    await keepingAlive(() => member.kill());
  }

  async restart(nodeId: number): Promise<void> {
    const member = this.#lasting('restart', nodeId);
    const isRunning = member.state === 'running';
    const kills = member.kills + (isRunning ? 0 : 1);
    const refuseIfKilled = (): void => {
      if (member.kills !== kills) throw killedMeanwhile(nodeId);
    };
    await keepingAlive(async () => {
      if (isRunning) await member.stop({ discard: false });
      else await member.kill();
      refuseIfKilled();
      await member.start();
      await this.#known();
      refuseIfKilled();
    });
  }

  /** The member, where a process that ends leaves its data behind. */
  #lasting(operation: string, nodeId: number): ClusterMember {
    const member = this.#member(nodeId);
    if (member.keepsData) return member;
    throw new OdradekError(
      `${operation}(${nodeId}): the data of a broker that has a thread of its own and its storage in memory ends ` +
        "with that thread; to end brokers and start them again, leave out threads: true or storage: 'memory'",
      {
        code: 'INVALID_ARGUMENT',
        argument: operation,
        expected: 'a cluster without threads, or with its data on disk',
      },
    );
  }

  async pause(nodeId: number): Promise<void> {
    await keepingAlive(() => this.#member(nodeId).pause());
  }

  async resume(nodeId: number): Promise<void> {
    await this.#member(nodeId).resume();
  }

  partition(
    side: readonly number[],
    otherSide: readonly number[],
    { clients }: { readonly clients?: readonly number[] } = {},
  ): void {
    for (const nodeId of [...side, ...otherSide, ...(clients ?? [])]) this.#member(nodeId);
    const twice = side.find((nodeId) => otherSide.includes(nodeId));
    if (twice !== undefined) throw invalid('partition', twice, 'each broker on one side alone');
    const partition: NetworkPartition = { sides: [[...side], [...otherSide]], clients };
    this.#modules.cuts.partition(partition);
  }

  heal(): void {
    this.#modules.cuts.heal();
  }

  #member(nodeId: number): ClusterMember {
    this.#refuseIfStopped();
    const member = this.#byId.get(nodeId);
    if (member !== undefined) return member;
    throw invalid('nodeId', nodeId, `a node id from 1 to ${this.brokers.length}`);
  }

  stop(): Promise<void> {
    this.#stopping ??= keepingAlive(() => this.#stop());
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    const { members, cuts, storage, watched } = this.#modules;
    cuts.heal();
    const discard = storage.temporary;
    // All go: nothing is handed over from one to the next, and all are in sync when they are started again.
    await Promise.all(members.map((member) => member.retire()));
    await Promise.all(
      members.map((member) =>
        member.state === 'running' ? member.stop({ discard }) : member.kill(),
      ),
    );
    watched.close();
    await storage.close();
    this.#ended.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function handleOf(member: ClusterMember): ClusterBroker {
  const { nodeId, dataDirs } = member;
  return {
    nodeId,
    dataDirs,
    get bootstrapServers() {
      return shown(member.address);
    },
    get consoleUrl() {
      return member.consoleUrl;
    },
    get state() {
      return member.state;
    },
  };
}

function shown({ host, port }: MemberAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function newTopic(name: string, topic: number | ClusterTopicOptions) {
  const {
    partitions,
    replicationFactor,
    config = {},
  } = typeof topic === 'number' ? { partitions: topic } : topic;
  const configs = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.join(',') : String(value),
    ]),
  );
  return { name, partitions, replicationFactor, configs };
}

function invalid(argument: string, value: unknown, expected: string): OdradekError {
  return new OdradekError(`${argument}=${String(value)}: expected ${expected}`, {
    code: 'INVALID_ARGUMENT',
    argument,
    expected,
  });
}

async function allOrFirstFailure(starts: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(starts);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
