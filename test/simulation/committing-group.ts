import assert from 'node:assert/strict';
import { type Client, createClient } from '../../src/client/client.ts';
import type { ConsumedRecord } from '../../src/client/client-records.ts';
import type { GroupConsumer } from '../../src/client/group/group-consumer.ts';
import type { Simulation } from '../../src/runtime/simulated/simulation.ts';
import { errorCodes } from '../../src/protocol/error-codes.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { AcknowledgedCommits } from './acknowledged-commits.ts';

/** How a group of a simulation reads. */
export interface CommittingGroupOptions {
  readonly groupId: string;
  readonly protocol: 'classic' | 'consumer';
  readonly topic: string;
  readonly partitionCount: number;
  /** One member on each of these hosts. */
  readonly hosts: readonly string[];
  /** Told of each record that a member was given. */
  readonly onRecord: (record: ConsumedRecord) => void;
}

/** With these a member learns at its end that others have its partitions: the last commit was not to be. */
const othersWereFirst: ReadonlySet<number> = new Set([
  errorCodes.ILLEGAL_GENERATION,
  errorCodes.UNKNOWN_MEMBER_ID,
  errorCodes.REBALANCE_IN_PROGRESS,
  errorCodes.STALE_MEMBER_EPOCH,
  errorCodes.FENCED_MEMBER_EPOCH,
]);

/** A member that ends while the broker is away, or the group went on without it, cannot commit any more. */
export function mayEnd(error: unknown): void {
  if (hasCode(error, 'TIMED_OUT')) return;
  if (hasCode(error, 'BROKER_REFUSED') && othersWereFirst.has(error.details.errorCode)) return;
  throw error;
}

/** As good as for ever. */
const patientMs = 3_600_000;
/** Short: who left while the broker was away is in its group for as long after each restart. */
const sessionTimeoutMs = 2000;

/** How members of such groups are set, beside their group, topics and protocol. */
export const committingMemberOptions = {
  sessionTimeoutMs,
  heartbeatIntervalMs: 500,
  autoCommitIntervalMs: 400,
  giveUpAfterMs: 0,
} as const;

/** What a broker is set to, so that such groups settle between one fault and the next. */
export const committingGroupConfig = {
  'group.initial.rebalance.delay.ms': 100,
  'group.min.session.timeout.ms': sessionTimeoutMs,
  'group.consumer.heartbeat.interval.ms': 500,
  'group.consumer.min.heartbeat.interval.ms': 500,
  'group.consumer.session.timeout.ms': sessionTimeoutMs,
  'group.consumer.min.session.timeout.ms': sessionTimeoutMs,
};

/**
 * A group whose members come and go while they read a topic and commit after each batch. Two things hold
 * whatever happens to the broker: what it has acknowledged of a commit is never lost, and no record is left
 * out below what is committed.
 */
export class CommittingGroup {
  readonly commits = new AcknowledgedCommits();
  readonly #options: CommittingGroupOptions;
  readonly #simulation: Simulation;
  /** By partition: the offsets of all records that some member was given and has dealt with. */
  readonly #read: ReadonlyArray<Set<number>>;
  /** What the broker said last that is committed, by partition. */
  readonly #committed: number[];
  readonly #consumers = new Set<GroupConsumer>();
  readonly #clients: Client[] = [];
  readonly #assignor: 'cooperative-sticky' | 'range';
  #isOver = false;
  #lives = 0;

  constructor(options: CommittingGroupOptions, modules: { readonly simulation: Simulation }) {
    this.#options = options;
    this.#simulation = modules.simulation;
    this.#assignor = modules.simulation.random.below(2) === 0 ? 'cooperative-sticky' : 'range';
    this.#read = Array.from({ length: options.partitionCount }, () => new Set());
    this.#committed = Array.from({ length: options.partitionCount }, () => 0);
  }

  /** Memberships that began. */
  get lives(): number {
    return this.#lives;
  }

  /** Has the members read until `stop`; ends when all have left. */
  async run(): Promise<void> {
    const members = this.#options.hosts.map((host) => this.#live(this.#client(host)));
    await Promise.all(members);
  }

  /** The members end with what they are dealing with. */
  stop(): void {
    this.#isOver = true;
    for (const consumer of this.#consumers) consumer.stop();
  }

  /** Asks all along what is committed: it never goes back, and never behind what was acknowledged. */
  async watch(host: string): Promise<void> {
    const client = this.#client(host);
    while (!this.#isOver) {
      await this.#checkCommitted(client);
      await this.#pause(client, 300);
    }
  }

  /** Waits until everything before these offsets is committed: nobody is stuck, and nothing was left out. */
  async caughtUp(host: string, endOffsets: readonly number[]): Promise<void> {
    const client = this.#client(host);
    while (endOffsets.some((offset, partition) => (this.#committed[partition] ?? 0) < offset)) {
      await this.#checkCommitted(client);
      await this.#pause(client, 100);
    }
  }

  close(): void {
    for (const client of this.#clients) client.close();
  }

  #client(host: string): Client {
    const runtime = this.commits.around(this.#simulation.runtime(host));
    const options = { bootstrapServers: 'broker:9092', operationTimeoutMs: patientMs };
    const client = createClient(options, runtime);
    this.#clients.push(client);
    return client;
  }

  /** One member after the other on a host. */
  async #live(client: Client): Promise<void> {
    const { random } = this.#simulation;
    while (!this.#isOver) {
      this.#lives++;
      const consumer = client.groupConsumer({
        groupId: this.#options.groupId,
        topics: [this.#options.topic],
        protocol: this.#options.protocol,
        assignors: [this.#assignor],
        ...committingMemberOptions,
      });
      this.#consumers.add(consumer);
      this.#simulation.after(4000 + random.below(20_000), () => consumer.stop());
      await this.#readWith(consumer).catch(mayEnd);
      this.#consumers.delete(consumer);
      await this.#pause(client, random.below(1000));
    }
  }

  async #readWith(consumer: GroupConsumer): Promise<void> {
    for await (const records of consumer.records()) {
      for (const record of records) {
        this.#options.onRecord(record);
        this.#read[record.partition]?.add(record.offset);
      }
      consumer.processed(records);
    }
  }

  async #checkCommitted(client: Client): Promise<void> {
    const { groupId, topic } = this.#options;
    const least = this.#committed.map((offset, partition) =>
      Math.max(offset, this.commits.leastOf(groupId, topic, partition)),
    );
    const found = await client.admin.listGroupOffsets(groupId);
    for (const [partition, atLeast] of least.entries()) {
      const offset = found.find((committed) => committed.partition === partition)?.offset ?? 0;
      const where = `${groupId} in ${topic}-${partition}`;
      assert.ok(offset >= atLeast, `${where}: ${offset} is committed, and ${atLeast} was before`);
      this.#committed[partition] = offset;
      for (let i = 0; i < offset; i++) {
        assert.ok(this.#read[partition]?.has(i), `${where}: ${offset} is committed, ${i} not read`);
      }
    }
  }

  #pause({ cluster }: Client, ms: number): Promise<void> {
    return new Promise((resolve) => cluster.runtime.timers.setTimer(ms, resolve));
  }
}
