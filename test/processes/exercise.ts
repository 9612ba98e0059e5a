import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Prng } from '../../src/runtime/simulated/prng.ts';
import { checkHistory } from '../history/check-history.ts';
import { describeEvent } from '../history/history.ts';
import type { Violation } from '../history/violation.ts';
import { readDiskLog } from './disk-log.ts';
import { type Fault, type FaultWorld, oneOf } from './fault.ts';
import { Observer } from './observer.ts';
import { ProcessCluster } from './process-cluster.ts';
import { Workload, type WorkloadOptions } from './workload.ts';

/** What a run does. */
export interface ExerciseOptions extends WorkloadOptions {
  /** Which decides in what order things happen, and to whom. */
  readonly seed: number;
  /** By their names; each once, or as many as there is time for. */
  readonly faults: Readonly<Record<string, Fault>>;
  /** How long faults follow each other; unless given, until each has been. */
  readonly seconds?: number;
  /** Whether logs and history stay where nothing was found either. */
  readonly keep?: boolean;
  readonly say: (line: string) => void;
}

/** All as it is by itself, but for this: each fault finds every broker leading something again. */
const config = { 'leader.imbalance.check.interval.seconds': '1' };

/**
 * Has real clients write to three brokers and read from them while one fault follows the other, and holds what they
 * saw to the cluster's promise. Fails, and keeps what there is to look at, where that is broken or something does not
 * come to rest.
 */
export async function exercise(options: ExerciseOptions): Promise<void> {
  const { say, seed } = options;
  say(`seed ${seed}`);
  const cluster = await ProcessCluster.start({ name: 'orders', partitionCount: 3 }, config);
  const observer = new Observer();
  let workload: Workload | undefined;
  let problem: unknown;
  try {
    workload = await Workload.start(cluster, observer, options);
    const random = new Prng(`processes ${seed}`);
    await haveFaults(options, { cluster, observer, random, say, writer: workload.writer });
    await workload.settle();
    observer.add({ kind: 'settled', what: 'every replica is in sync, every reader at the end' });
    await workload.close();
    await Promise.all(cluster.brokers.map((broker) => broker.stop()));
    readFinalLogs(cluster, observer);
    const violations = checkHistory(observer.history);
    if (violations.length > 0) problem = new Error(violations.map(describe).join('\n'));
  } catch (error) {
    problem = error;
  }
  say(describeCounts(observer));
  await workload?.close();
  const keep = problem !== undefined || options.keep === true;
  const kept = await cluster.close({ keep });
  if (kept !== undefined) keepHistory(kept, observer, workload?.complaints ?? []);
  const place = kept === undefined ? '' : `; logs and history are in ${kept}`;
  if (problem !== undefined) throw new Error(`seed ${seed}${place}`, { cause: problem });
  say(`nothing was found${place}`);
}

function describeCounts({ counts }: Observer): string {
  const { sent, acknowledged, failed, read, committed } = counts;
  return `${sent} records sent, ${acknowledged} acknowledged, ${failed} failed; ${read} reads, ${committed} commits`;
}

async function haveFaults({ faults, seconds }: ExerciseOptions, world: FaultWorld): Promise<void> {
  const untilMs = performance.now() + (seconds ?? 0) * 1000;
  do {
    const left = Object.keys(faults);
    while (left.length > 0) {
      const name = oneOf(world.random, left);
      left.splice(left.indexOf(name), 1);
      world.say(name);
      await faults[name]?.(world);
      if (seconds !== undefined && performance.now() >= untilMs) return;
    }
  } while (performance.now() < untilMs);
}

/** Each replica's log as it lies on disk, once its broker has stopped. */
function readFinalLogs({ brokers, topic, partitions }: ProcessCluster, observer: Observer): void {
  for (const { nodeId, dataFolder } of brokers) {
    for (const partition of partitions) {
      const records = readDiskLog(dataFolder, topic.name, partition);
      const where = { topic: topic.name, partition, broker: nodeId };
      observer.add({ kind: 'finalLog', ...where, records });
    }
  }
}

function describe({ rule, message, events }: Violation): string {
  return [`${rule}: ${message}`, ...events.map((event) => `    ${describeEvent(event)}`)].join(
    '\n',
  );
}

function keepHistory(folder: string, { history }: Observer, complaints: readonly string[]): void {
  writeFileSync(join(folder, 'complaints.txt'), complaints.join('\n'));
  const lines = history.events.map((event) => {
    const atMs = Math.round(event.atMs);
    return event.kind === 'finalLog'
      ? `${atMs} ${JSON.stringify(event)}`
      : `${atMs} ${describeEvent(event)}`;
  });
  writeFileSync(join(folder, 'history.txt'), `${lines.join('\n')}\n`);
}
