import type { Why } from '../contract/picture.ts';
import type { BrokerFacts, ClusterFacts, PartitionFacts, TopicFacts } from './facts.ts';
import { worstFirst } from './order.ts';
import {
  brokers,
  capital,
  countOf,
  counted,
  hasOrHave,
  isOrAre,
  listed,
  partitions,
} from './phrases.ts';
import { downText } from './why-brokers.ts';

/** A filter that fails on this part of what it is asked about is not what somebody wanted. */
const failedPart = 0.05;
/** Of fewer records nothing can be said. */
const evaluatedMin = 20;

/** Why a topic cannot be written or read, or is less safe than it should be: the worst first. */
export function whyTopic(topic: TopicFacts, cluster: ClusterFacts): Why[] {
  const leaderless = topic.partitions.filter(({ leader }) => leader < 0);
  const led = topic.partitions.filter(({ leader }) => leader >= 0);
  const unwritable = led.filter((partition) => partition.isr.length < neededOf(topic, partition));
  const thin = led.filter(
    (partition) =>
      !unwritable.includes(partition) && partition.isr.length < partition.replicas.length,
  );
  return worstFirst([
    ...alike(leaderless).map((some) => whyLeaderless(topic, some, cluster)),
    ...alike(unwritable).map((some) => whyUnwritable(topic, some, cluster)),
    ...alike(thin).map((some) => whyThin(topic, some, cluster)),
    ...whyFilter(topic),
  ]);
}

/** Partitions of which the same is to be said, together. There is at least one in each list. */
function alike(all: readonly PartitionFacts[]): PartitionFacts[][] {
  const keyOf = ({ replicas, isr, elr, lastKnownElr }: PartitionFacts): string =>
    [replicas, isr, elr ?? [], lastKnownElr]
      .map((ids) => ids.toSorted((a, b) => a - b).join())
      .join('/');
  return [...Map.groupBy(all, keyOf).values()];
}

/** How many replicas have to be in sync for a write that waits for all. */
function neededOf({ minInsyncReplicas }: TopicFacts, { replicas }: PartitionFacts): number {
  return minInsyncReplicas === null ? 0 : Math.min(minInsyncReplicas, replicas.length);
}

function subjectOf({ name }: TopicFacts, some: readonly PartitionFacts[]): Why['subject'] {
  const [only] = some;
  if (only === undefined || some.length > 1) return { kind: 'topic', name };
  return { kind: 'topic', name, partition: only.index };
}

function nameOf({ name, partitions: all }: TopicFacts, some: readonly PartitionFacts[]): string {
  const text = partitions(
    name,
    some.map(({ index }) => index),
    all.length,
  );
  return text.startsWith('all ') ? capital(text) : text;
}

function brokerOf({ brokers: all }: ClusterFacts, nodeId: number): BrokerFacts | undefined {
  return all.find((broker) => broker.nodeId === nodeId);
}

/** Whether a broker is there, as far as is known. */
function isUp(cluster: ClusterFacts, nodeId: number): boolean {
  const state = brokerOf(cluster, nodeId)?.state;
  return state === 'up' || state === 'stopping';
}

/** When the last of them went, which is since when the consequence holds; null where that is not known. */
function lastDownMs(cluster: ClusterFacts, down: readonly number[]): number | null {
  let last: number | null = null;
  for (const nodeId of down) {
    const sinceMs = brokerOf(cluster, nodeId)?.stateSinceMs ?? null;
    if (sinceMs !== null && (last === null || sinceMs > last)) last = sinceMs;
  }
  return last;
}

function downTexts(cluster: ClusterFacts, down: readonly number[]): string[] {
  return down.map((nodeId) => {
    const broker = brokerOf(cluster, nodeId);
    if (broker === undefined) return `Broker ${nodeId} is not registered.`;
    return broker.state === 'fenced'
      ? `Broker ${nodeId} is not let in yet.`
      : downText(broker, cluster.nowMs);
  });
}

function whyLeaderless(topic: TopicFacts, some: PartitionFacts[], cluster: ClusterFacts): Why {
  const { replicas, isr, elr, lastKnownElr } = some[0] as PartitionFacts;
  const inLine = new Set([...isr, ...(elr ?? [])]);
  const candidates = inLine.size > 0 ? [...inLine] : [...lastKnownElr];
  const down = candidates.filter((nodeId) => !isUp(cluster, nodeId));
  const name = nameOf(topic, some);
  const verb = hasOrHave(some.length);
  const isWaiting = down.length === candidates.length && down.length > 0;
  const reason = isWaiting
    ? `because ${brokers(down)} ${isOrAre(down.length)} down`
    : cluster.controllerId < 0
      ? 'because there is no controller that would elect one'
      : candidates.length === 0
        ? 'because nobody knows who has all its records'
        : 'and waits for the controller to elect one';
  const standby = replicas.filter(
    (nodeId) => isUp(cluster, nodeId) && !candidates.includes(nodeId),
  );
  return {
    subject: subjectOf(topic, some),
    severity: 'stopped',
    sentence: `${name} ${verb} no leader ${reason}.`,
    evidence: [
      `In sync were ${idsText(isr)}${elr === null ? '' : `; eligible to lead were ${idsText(elr)}`}.`,
      ...downTexts(cluster, down),
      ...(standby.length === 0
        ? []
        : [
            `${capital(brokers(standby))} ${hasOrHave(standby.length)} a replica that may lack acknowledged records.`,
          ]),
    ],
    remedy: isWaiting ? startRemedy(topic, down, standby) : null,
    sinceMs: lastDownMs(cluster, down),
  };
}

function idsText(ids: readonly number[]): string {
  return ids.length === 0 ? 'none' : listed(ids.map(String));
}

function startRemedy(
  { name }: TopicFacts,
  down: readonly number[],
  standby: readonly number[],
): string {
  const start = `Start ${brokers(down, 'or')}.`;
  if (standby.length === 0) return start;
  return (
    `${start} If what they had is lost for good, \`odradek config set topic ${name} ` +
    `unclean.leader.election.enable=true\` has ${brokers(standby, 'or')} lead: what it lacks is lost then.`
  );
}

/** Who is not in sync, and why; with the remedy. */
function whyNotInSync(
  some: readonly PartitionFacts[],
  cluster: ClusterFacts,
): {
  readonly reason: string;
  readonly evidence: string[];
  readonly remedy: string;
  readonly sinceMs: number | null;
} {
  const { replicas, isr, followerLag } = some[0] as PartitionFacts;
  const missing = replicas.filter((nodeId) => !isr.includes(nodeId));
  const down = missing.filter((nodeId) => !isUp(cluster, nodeId));
  const slow = missing.filter((nodeId) => isUp(cluster, nodeId));
  const slowTexts = slow.map((nodeId) => {
    const lag = followerLag[String(nodeId)] ?? -1;
    return lag >= 0
      ? `The replica on broker ${nodeId} is ${countOf(lag, 'message')} behind.`
      : `The replica on broker ${nodeId} has not fetched yet.`;
  });
  const reason =
    down.length > 0
      ? `${brokers(down)} ${isOrAre(down.length)} down`
      : `the ${slow.length === 1 ? 'replica' : 'replicas'} on ${brokers(slow)} ${hasOrHave(slow.length)} not caught up`;
  return {
    reason,
    evidence: [...downTexts(cluster, down), ...slowTexts],
    remedy:
      down.length > 0
        ? `Start ${brokers(down)}.`
        : `See whether ${brokers(slow)} ${isOrAre(slow.length)} overloaded; a replica that was away catches up by itself.`,
    sinceMs: lastDownMs(cluster, down),
  };
}

function whyUnwritable(topic: TopicFacts, some: PartitionFacts[], cluster: ClusterFacts): Why {
  const first = some[0] as PartitionFacts;
  const needed = neededOf(topic, first);
  const { reason, evidence, remedy, sinceMs } = whyNotInSync(some, cluster);
  return {
    subject: subjectOf(topic, some),
    severity: 'stopped',
    sentence:
      `${nameOf(topic, some)} ${isOrAre(some.length)} not writable with acks=all because ` +
      `${first.isr.length} of ${needed} needed ${needed === 1 ? 'replica' : 'replicas'} ${isOrAre(first.isr.length)} in sync.`,
    evidence: [`min.insync.replicas is ${topic.minInsyncReplicas}, and ${reason}.`, ...evidence],
    remedy: `${remedy} Until then \`odradek config set topic ${topic.name} min.insync.replicas=${first.isr.length}\` lets writes through with fewer copies.`,
    sinceMs,
  };
}

function whyThin(topic: TopicFacts, some: PartitionFacts[], cluster: ClusterFacts): Why {
  const { isr, replicas } = some[0] as PartitionFacts;
  const { reason, evidence, remedy, sinceMs } = whyNotInSync(some, cluster);
  return {
    subject: subjectOf(topic, some),
    severity: 'at-risk',
    sentence: `${nameOf(topic, some)} ${hasOrHave(some.length)} ${isr.length} of ${replicas.length} replicas in sync because ${reason}.`,
    evidence,
    remedy,
    sinceMs,
  };
}

function whyFilter({ name, filter }: TopicFacts): Why[] {
  if (filter === null || filter.evaluated < evaluatedMin) return [];
  if (filter.failed < filter.evaluated * failedPart) return [];
  return [
    {
      subject: { kind: 'topic', name },
      severity: 'at-risk',
      sentence: `${name} leaves out ${counted(filter.failed)} of ${countOf(filter.evaluated, 'record')} because its filter fails on them.`,
      evidence: [
        'A record on which the filter fails, which cannot be read, or which costs too much does not match.',
      ],
      remedy: `Test for what may be missing: \`has(value.field) && …\`; then change it with \`odradek config set topic ${name} odradek.filter=…\`.`,
      sinceMs: null,
    },
  ];
}
