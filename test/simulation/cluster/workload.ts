import { EndWatcher, RunProducer, RunReader, type ClientModules } from './clients.ts';
import type { Plan } from './plan.ts';
import { RunGroup } from './run-group.ts';

/** Longest time that clients have for their end. */
const endMsMax = 60_000;

/** All clients of a run. */
export class Workload {
  readonly producers: RunProducer[] = [];
  readonly readers: RunReader[] = [];
  readonly groups: RunGroup[] = [];
  readonly watchers: EndWatcher[] = [];
  /** Hosts whose network may be cut. */
  readonly hosts: string[] = [];
  readonly #plan: Plan;
  readonly #modules: ClientModules;
  #busy = 0;

  constructor(plan: Plan, modules: ClientModules) {
    this.#plan = plan;
    this.#modules = modules;
    for (const topic of plan.topics) this.#addProducers(topic);
    for (const topic of plan.topics) {
      if (topic.mayLose !== undefined) continue;
      this.readers.push(new RunReader(this.#host(`reader-${topic.name}`), topic, modules));
      this.watchers.push(new EndWatcher(this.#host(`watcher-${topic.name}`), topic, modules));
    }
    const [topic] = plan.topics;
    if (topic === undefined) return;
    for (const protocol of ['classic', 'consumer'] as const) {
      const hosts = [0, 1].map((i) => this.#host(`${protocol}-member${i}`));
      this.groups.push(new RunGroup({ groupId: protocol, protocol, topic, hosts }, modules));
    }
  }

  #host(name: string): string {
    this.hosts.push(name);
    return name;
  }

  #addProducers(topic: Plan['topics'][number]): void {
    const add = (name: string, partition: number, acks: 'all' | 1, deliveryTimeoutMs: number) => {
      const plan = { name: this.#host(name), topic, partition, acks, deliveryTimeoutMs };
      this.producers.push(new RunProducer(plan, this.#modules));
    };
    for (let partition = 0; partition < topic.partitions; partition++) {
      const at = `${topic.name}${partition}`;
      add(`patient-${at}`, partition, 'all', 3_600_000);
      if (partition === 0) add(`hurried-${at}`, partition, 'all', 6000);
      add(`hasty-${at}`, partition, 1, 6000);
    }
  }

  start(): void {
    const parts = [...this.producers, ...this.readers, ...this.groups, ...this.watchers];
    for (const part of parts) {
      this.#busy++;
      part.run().then(() => {
        this.#busy--;
      }, this.#modules.defect);
    }
  }

  /** Nothing new is written from here on. */
  stopWriting(): void {
    for (const producer of this.producers) producer.stop();
  }

  /** Ends all, and waits for it. */
  async stop(isBroken: () => boolean): Promise<void> {
    for (const part of [...this.readers, ...this.groups, ...this.watchers]) part.stop();
    await this.#modules.cluster.until(() => isBroken() || this.#busy === 0, endMsMax);
  }

  /** Why not all that was written has come to all who read; undefined where it has. */
  unfinished(ends: ReadonlyMap<string, number>): string | undefined {
    const waiting = this.producers.reduce((sum, producer) => sum + producer.waiting, 0);
    if (waiting > 0) return `${waiting} records have no outcome`;
    const readable = this.#plan.topics.filter(({ mayLose }) => mayLose === undefined);
    for (const [i, topic] of readable.entries()) {
      for (let partition = 0; partition < topic.partitions; partition++) {
        const at = `${topic.name}-${partition}`;
        const end = ends.get(at) ?? 0;
        const position = this.readers[i]?.position(partition) ?? 0;
        if (position < end) return `a reader of ${at} is at ${position} of ${end}`;
        if (i > 0) continue;
        const group = this.groups.find(({ committed }) => (committed[partition] ?? 0) < end);
        if (group !== undefined)
          return `a group has committed ${group.committed[partition]} of ${end} of ${at}`;
      }
    }
    return undefined;
  }
}
