import { checkHistory } from '../../history/check-history.ts';
import { History } from '../../history/history.ts';
import type { HistoryPromise, Violation } from '../../history/violation.ts';
import { SimulatedCluster } from '../../broker/simulated-cluster.ts';
import { Chronicle } from './chronicle.ts';
import { patientClient, type ClientModules } from './clients.ts';
import { noCounts, type Counts } from './counts.ts';
import { ImageWatch } from './image-watch.ts';
import { Nemesis } from './nemesis.ts';
import { faultsMs, planRun, type Plan } from './plan.ts';
import { ReplicaWatch } from './replica-watch.ts';
import { digestOf, type Report } from './report.ts';
import { readFinalLogs, settle } from './settle.ts';
import { toldOf } from './told-log-lines.ts';
import { Workload } from './workload.ts';

/** Options of `runClusterSimulation`. */
export interface ClusterSimulationOptions {
  /** Changes what the seed has decided. */
  readonly adjust?: (plan: Plan) => Plan;
}

/**
 * One run of a whole cluster, with all that its seed decides: brokers, topics, clients, faults. Its report says what
 * was done, what was seen, and which of the promises was broken. Rejects only where the simulation itself has a
 * fault.
 */
export async function runClusterSimulation(
  seed: number,
  options: ClusterSimulationOptions = {},
): Promise<Report> {
  const plan = (options.adjust ?? ((same) => same))(planRun(seed));
  const run = await Run.start(plan);
  return run.complete();
}

class Run {
  readonly #plan: Plan;
  readonly #cluster: SimulatedCluster;
  readonly #history: History;
  readonly #chronicle: Chronicle;
  readonly #counts: Counts;
  #defect: { readonly error: unknown } | undefined;

  private constructor(
    plan: Plan,
    cluster: SimulatedCluster,
    parts: { history: History; chronicle: Chronicle; counts: Counts },
  ) {
    this.#plan = plan;
    this.#cluster = cluster;
    this.#history = parts.history;
    this.#chronicle = parts.chronicle;
    this.#counts = parts.counts;
  }

  static async start(plan: Plan): Promise<Run> {
    // It tells of its own start.
    const clock = { nowMs: () => 0 };
    const nowMs = (): number => clock.nowMs();
    const chronicle = new Chronicle({ nowMs });
    const counts = noCounts();
    const { seed, config, store, brokerCount } = plan;
    const cluster = await SimulatedCluster.startTogether(brokerCount, {
      seed,
      config,
      store,
      onLog: (nodeId, line) => {
        if (line.event.startsWith('a log was truncated')) counts.truncations++;
        const told = toldOf(line);
        if (told !== undefined) chronicle.add(`broker${nodeId}`, told.what, told.partition);
      },
    });
    clock.nowMs = () => cluster.simulation.elapsedMs;
    for (const { name, partitions, configs } of plan.topics) {
      await cluster.createTopicSpread(name, partitions, configs);
    }
    return new Run(plan, cluster, { history: new History(nowMs), chronicle, counts });
  }

  async complete(): Promise<Report> {
    try {
      await this.#live();
    } catch (error) {
      this.#defect ??= { error };
    }
    return this.#report();
  }

  async #live(): Promise<void> {
    const defect = (error: unknown): void => {
      this.#defect ??= { error };
    };
    const shared = { cluster: this.#cluster, history: this.#history, counts: this.#counts, defect };
    const modules: ClientModules = shared;
    const { simulation } = this.#cluster;
    const workload = new Workload(this.#plan, modules);
    const operator = patientClient('operator', shared, undefined, 10_000);
    const nemesis = new Nemesis(this.#plan, {
      ...shared,
      chronicle: this.#chronicle,
      clientHosts: workload.hosts,
      operator,
    });
    new ImageWatch({ ...shared, chronicle: this.#chronicle }).start();
    new ReplicaWatch(this.#plan, { ...shared, nemesis }).start();
    workload.start();
    nemesis.start();
    const isBroken = (): boolean => this.#defect !== undefined;
    await this.#cluster.until(() => isBroken() || simulation.elapsedMs > faultsMs);
    nemesis.heal();
    workload.stopWriting();
    const parts = { plan: this.#plan, ...shared, nemesis, workload, isBroken };
    if (await settle(parts)) {
      await readFinalLogs(parts);
      await workload.stop(isBroken);
    }
    operator.close();
  }

  #report(): Report {
    const { plan } = { plan: this.#plan };
    const violations = [...this.#defects(), ...checkHistory(this.#history, promiseOf(plan))];
    return {
      plan,
      violations: this.#defect === undefined ? violations : violations.slice(0, 1),
      counts: this.#counts,
      history: this.#history,
      chronicle: this.#chronicle,
      elapsedMs: this.#cluster.simulation.elapsedMs,
      digest: digestOf(this.#history, this.#chronicle, this.#cluster.simulation.traceText()),
    };
  }

  #defects(): Violation[] {
    if (this.#defect === undefined) return [];
    const { error } = this.#defect;
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return [{ rule: 'defect', message, events: [] }];
  }
}

function promiseOf({ topics }: Plan): HistoryPromise {
  const mayLose = new Map<string, string>();
  const compacted = new Set<string>();
  for (const topic of topics) {
    if (topic.mayLose !== undefined) mayLose.set(topic.name, topic.mayLose);
    if (topic.isCompacted) compacted.add(topic.name);
  }
  return { mayLose, compacted };
}
