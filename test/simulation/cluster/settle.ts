import type { Partition } from '../../../src/replication/partition.ts';
import type { ClusterImage, PartitionImage } from '../../../src/metadata/image.ts';
import type { SimulatedCluster } from '../../broker/simulated-cluster.ts';
import type { History } from '../../history/history.ts';
import { storedImage, type Nemesis } from './nemesis.ts';
import type { Plan } from './plan.ts';
import { recordsBetween } from './replica-watch.ts';
import type { Workload } from './workload.ts';

/** What is to settle. */
export interface SettleModules {
  readonly plan: Plan;
  readonly cluster: SimulatedCluster;
  readonly history: History;
  readonly nemesis: Nemesis;
  readonly workload: Workload;
  readonly isBroken: () => boolean;
}

/** Virtual time within which everything comes to rest once it is healed. */
const settleMsMax = 120_000;
const lookEveryMs = 200;

/** Waits until everything is at rest, and notes whether it came to that. */
export async function settle(modules: SettleModules): Promise<boolean> {
  const { cluster, history, isBroken } = modules;
  const { simulation } = cluster;
  const fromMs = simulation.elapsedMs;
  for (;;) {
    if (isBroken()) return false;
    const image = storedImage(cluster);
    const unrest = unrestOf(modules, image);
    const afterMs = Math.round(simulation.elapsedMs - fromMs);
    if (unrest === undefined) {
      history.add({ kind: 'settled', what: `all is at rest after ${afterMs} ms` });
      return true;
    }
    if (afterMs > settleMsMax) {
      const what = `it is not at rest after ${afterMs} ms: ${unrest}\n${stateOf(modules, image)}`;
      history.add({ kind: 'unsettled', what });
      return false;
    }
    const untilMs = simulation.elapsedMs + lookEveryMs;
    await cluster.until(() => isBroken() || simulation.elapsedMs >= untilMs);
  }
}

/** What is not as it should be yet. */
function unrestOf(modules: SettleModules, image: ClusterImage): string | undefined {
  const { plan, nemesis, workload } = modules;
  for (let nodeId = 1; nodeId <= plan.brokerCount; nodeId++) {
    if (nemesis.running(nodeId)?.mayLead !== true) return `broker ${nodeId} does not serve`;
  }
  if (image.brokers.get(image.controllerId)?.fenced !== false) return 'there is no controller';
  const ends = new Map<string, number>();
  for (const { name, partitions } of image.topicsByName.values()) {
    for (const state of partitions) {
      const at = `${name}-${state.index}`;
      const replicas = replicasOf(modules, name, state);
      const unrest = partitionUnrest(state, replicas);
      if (unrest !== undefined) return `${at}: ${unrest}`;
      ends.set(at, replicas[0]?.log.logEndOffset ?? 0);
    }
  }
  return workload.unfinished(ends);
}

function replicasOf(
  { nemesis }: SettleModules,
  topic: string,
  { index, replicas }: PartitionImage,
): readonly (Partition | undefined)[] {
  return replicas.map((id) => nemesis.running(id)?.partitions.get(topic, index));
}

function partitionUnrest(
  { leader, isr, replicas, addingReplicas, removingReplicas, revision }: PartitionImage,
  parts: readonly (Partition | undefined)[],
): string | undefined {
  if (leader < 0) return 'nobody leads';
  if (isr.length < replicas.length) return `in sync are ${isr.join(' ')}`;
  if (addingReplicas.length + removingReplicas.length > 0) return 'it is on its way';
  const end = parts[0]?.log.logEndOffset;
  for (const [i, part] of parts.entries()) {
    const where = `on broker ${replicas[i]}`;
    if (part === undefined) return `there is no replica ${where}`;
    if (part.state.revision !== revision) return `the image ${where} is old`;
    if (part.log.logEndOffset !== end) return `the log ${where} ends elsewhere`;
    if (part.log.highWatermark !== end) return `the high watermark ${where} is behind`;
  }
  return undefined;
}

/** Everything about a cluster that does not come to rest. */
function stateOf(modules: SettleModules, image: ClusterImage): string {
  const lines = [`controller ${image.controllerId}`];
  for (const broker of image.brokers.values()) {
    const { nodeId, epoch, fenced, live, admitted, stopping, uncleanShutdown } = broker;
    const flags = { fenced, live, admitted, stopping, uncleanShutdown };
    const serves = modules.nemesis.running(nodeId)?.mayLead === true;
    const set = Object.entries(flags).flatMap(([name, holds]) => (holds ? [name] : []));
    lines.push(`broker ${nodeId}: epoch ${epoch}, ${set.join(', ')}${serves ? ', serves' : ''}`);
  }
  for (const { name, partitions } of image.topicsByName.values()) {
    for (const state of partitions) {
      const { index, leader, leaderEpoch, isr, elr, replicas } = state;
      const parts = replicasOf(modules, name, state).map((part, i) =>
        part === undefined
          ? `${replicas[i]}: none`
          : `${replicas[i]}: end ${part.log.logEndOffset}, high watermark ${part.log.highWatermark}, epoch ${part.leaderEpoch}`,
      );
      lines.push(
        `${name}-${index}: leader ${leader} epoch ${leaderEpoch}, in sync ${isr.join(' ')}, eligible ${elr.join(' ')}; ${parts.join('; ')}`,
      );
    }
  }
  return lines.join('\n');
}

/** Notes the whole log of each replica. */
export async function readFinalLogs(modules: SettleModules): Promise<void> {
  const { plan, cluster, history, nemesis } = modules;
  const image = storedImage(cluster);
  for (const { name } of plan.topics) {
    for (const { index, replicas } of image.topicsByName.get(name)?.partitions ?? []) {
      for (const broker of replicas) {
        const partition = nemesis.running(broker)?.partitions.get(name, index);
        if (partition === undefined) continue;
        const { logStartOffset, logEndOffset } = partition.log;
        const reading = recordsBetween(partition, logStartOffset, logEndOffset);
        const records = await cluster.complete(reading);
        history.add({ kind: 'finalLog', topic: name, partition: index, broker, records });
      }
    }
  }
}
