import type { Client } from '../../../src/client/client.ts';
import type { GroupConsumer } from '../../../src/client/group/group-consumer.ts';
import type { Runtime } from '../../../src/runtime/runtime.ts';
import { AcknowledgedCommits } from '../acknowledged-commits.ts';
import { committingMemberOptions, mayEnd } from '../committing-group.ts';
import { idOf, patientClient, pause, type ClientModules } from './clients.ts';
import type { PlannedTopic } from './plan.ts';

/** A group of a run. */
export interface GroupPlan {
  readonly groupId: string;
  readonly protocol: 'classic' | 'consumer';
  readonly topic: PlannedTopic;
  /** One member on each. */
  readonly hosts: readonly string[];
}

/** A group whose members come and go while they read and commit; and somebody who asks what is committed. */
export class RunGroup {
  readonly #plan: GroupPlan;
  readonly #modules: ClientModules;
  readonly #commits: AcknowledgedCommits;
  readonly #consumers = new Set<GroupConsumer>();
  readonly #clients: Client[] = [];
  readonly #assignor: 'cooperative-sticky' | 'range';
  /** As the brokers said last, by partition. */
  readonly committed: number[];
  #isOver = false;
  #lives = 0;

  constructor(plan: GroupPlan, modules: ClientModules) {
    this.#plan = plan;
    this.#modules = modules;
    const { random } = modules.cluster.simulation;
    this.#assignor = random.below(2) === 0 ? 'cooperative-sticky' : 'range';
    this.committed = Array.from({ length: plan.topic.partitions }, () => 0);
    this.#commits = new AcknowledgedCommits((commit) => {
      modules.counts.commits++;
      modules.history.add({ kind: 'committed', ...commit });
    });
  }

  /** Has the members read, and what is committed watched, until `stop`; ends when all have left. */
  async run(): Promise<void> {
    const members = this.#plan.hosts.map((name) => this.#live(this.#client(name)));
    await Promise.all([...members, this.#watch(this.#client(`${this.#plan.groupId}-watcher`))]);
    for (const client of this.#clients) client.close();
  }

  stop(): void {
    this.#isOver = true;
    for (const consumer of this.#consumers) consumer.stop();
  }

  #client(name: string): Client {
    const around = (runtime: Runtime): Runtime => this.#commits.around(runtime);
    const client = patientClient(name, this.#modules, around);
    this.#clients.push(client);
    return client;
  }

  /** One member after the other on a host. */
  async #live(client: Client): Promise<void> {
    const { simulation } = this.#modules.cluster;
    while (!this.#isOver) {
      const { groupId, topic, protocol } = this.#plan;
      const consumer = client.groupConsumer({
        groupId,
        topics: [topic.name],
        protocol,
        assignors: [this.#assignor],
        ...committingMemberOptions,
      });
      this.#consumers.add(consumer);
      simulation.after(4000 + simulation.random.below(20_000), () => consumer.stop());
      await this.#readWith(consumer, `${groupId}-life${++this.#lives}`).catch(mayEnd);
      this.#consumers.delete(consumer);
      await pause(client, simulation.random.below(1000));
    }
  }

  async #readWith(consumer: GroupConsumer, reader: string): Promise<void> {
    const { history, counts } = this.#modules;
    const { groupId: group } = this.#plan;
    for await (const records of consumer.records()) {
      for (const { topic, partition, offset, value } of records) {
        counts.read++;
        // A member goes on where another had committed: that may be anywhere.
        history.add({ kind: 'position', topic, partition, reader, offset });
        const id = idOf(value);
        history.add({ kind: 'read', topic, partition, reader, group, offset, leaderEpoch: -1, id });
      }
      consumer.processed(records);
    }
  }

  async #watch(client: Client): Promise<void> {
    const { history } = this.#modules;
    const { groupId: group, topic } = this.#plan;
    while (!this.#isOver) {
      const askedAt = history.now;
      const found = await client.admin.listGroupOffsets(group);
      for (const partition of this.committed.keys()) {
        const offset = found.find((committed) => committed.partition === partition)?.offset ?? -1;
        const where = { topic: topic.name, partition };
        history.add({ kind: 'fetchedCommit', ...where, group, offset, askedAt });
        this.committed[partition] = offset;
      }
      await pause(client, 300);
    }
  }
}
