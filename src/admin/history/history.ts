import type { BrokerFigures, History, TopicFigures } from '../contract/picture.ts';
import type { GroupInPicture } from '../picture/group-figures.ts';
import type { Snapshot } from '../picture/snapshot.ts';
import { partitionFigures } from '../picture/topic-figures.ts';
import { SubjectHistory } from './subject-history.ts';

type Series = Pick<History['series'][number], 'name' | 'unit'>;

/** What is kept of each kind of subject, in this order. */
const seriesOf = {
  cluster: [
    { name: 'bytes in', unit: 'bytes/s' },
    { name: 'bytes out', unit: 'bytes/s' },
    { name: 'messages in', unit: 'messages/s' },
    { name: 'requests', unit: 'requests/s' },
    { name: 'disk used', unit: 'bytes' },
  ],
  broker: [
    { name: 'bytes in', unit: 'bytes/s' },
    { name: 'bytes out', unit: 'bytes/s' },
    { name: 'messages in', unit: 'messages/s' },
    { name: 'requests', unit: 'requests/s' },
    { name: 'produce p50', unit: 'ms' },
    { name: 'produce p99', unit: 'ms' },
    { name: 'fetch p50', unit: 'ms' },
    { name: 'fetch p99', unit: 'ms' },
    { name: 'disk used', unit: 'bytes' },
    { name: 'memory', unit: 'bytes' },
  ],
  topic: [
    { name: 'messages in', unit: 'messages/s' },
    { name: 'bytes in', unit: 'bytes/s' },
    { name: 'size', unit: 'bytes' },
  ],
  group: [
    { name: 'lag', unit: 'messages' },
    { name: 'lag', unit: 'seconds' },
  ],
} as const satisfies Record<string, readonly Series[]>;

type Kind = keyof typeof seriesOf;

/** Subjects of a kind that are kept; in the place of one that was not written for longest comes a new one. */
const subjectsMax: Record<Kind, number> = { cluster: 1, broker: 100, topic: 200, group: 200 };

/** What went on in the cluster, as far as this broker was told of it: some megabytes, however much there is. */
export class ClusterHistory {
  readonly #subjects = new Map<string, SubjectHistory>();
  readonly #counts = new Map<Kind, number>();

  /** Takes in a moment. */
  note(snapshot: Snapshot, brokers: readonly BrokerFigures[]): void {
    const { wallMs } = snapshot.moment;
    this.#add('cluster', '', wallMs, ofCluster(brokers));
    for (const broker of brokers) {
      this.#add('broker', String(broker.nodeId), wallMs, ofBroker(broker));
    }
    for (const topic of snapshot.image.topicsByName.values()) {
      if (!snapshot.logs.has(topic.name)) continue;
      this.#add('topic', topic.name, wallMs, ofTopic(partitionFigures(topic, snapshot.logs)));
    }
    for (const group of snapshot.groups.values()) {
      this.#add('group', group.figures.groupId, wallMs, ofGroup(group));
    }
  }

  #add(kind: Kind, name: string, atMs: number, values: readonly (number | null)[]): void {
    const key = keyOf(kind, name);
    const known = this.#subjects.get(key) ?? this.#make(kind, key, atMs);
    known?.add(atMs, values);
  }

  /** Undefined where there are as many as may be, and all of them are written. */
  #make(kind: Kind, key: string, atMs: number): SubjectHistory | undefined {
    const count = this.#counts.get(kind) ?? 0;
    if (count >= subjectsMax[kind] && !this.#forgetOldest(kind, atMs)) return undefined;
    const made = new SubjectHistory(seriesOf[kind].length);
    this.#subjects.set(key, made);
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    return made;
  }

  #forgetOldest(kind: Kind, atMs: number): boolean {
    let oldest: { readonly key: string; readonly lastMs: number } | undefined;
    for (const [key, { lastMs }] of this.#subjects) {
      if (!key.startsWith(`${kind}:`)) continue;
      if (oldest === undefined || lastMs < oldest.lastMs) oldest = { key, lastMs };
    }
    if (oldest === undefined || atMs - oldest.lastMs < 2 * 60_000) return false;
    this.#subjects.delete(oldest.key);
    this.#counts.set(kind, (this.#counts.get(kind) ?? 1) - 1);
    return true;
  }

  /**
   * The series of `cluster`, `broker:ID`, `topic:NAME` or `group:ID`, empty where nothing is kept of it; undefined
   * for any other subject.
   */
  read(subject: string, fromMs: number, toMs: number): History | undefined {
    const at = subject.indexOf(':');
    const kind = at < 0 ? subject : subject.slice(0, at);
    if (!isKind(kind) || at < 0 !== (kind === 'cluster')) return undefined;
    const name = at < 0 ? '' : subject.slice(at + 1);
    const kept = this.#subjects.get(keyOf(kind, name))?.read(fromMs, toMs);
    return {
      timesMs: kept?.timesMs ?? [],
      series: seriesOf[kind].map((series, i) => ({ ...series, values: kept?.values[i] ?? [] })),
    };
  }
}

function isKind(text: string): text is Kind {
  return Object.hasOwn(seriesOf, text);
}

function keyOf(kind: Kind, name: string): string {
  return `${kind}:${name}`;
}

function total(
  brokers: readonly BrokerFigures[],
  of: (figures: NonNullable<BrokerFigures['figures']>) => number,
): number | null {
  const told = brokers.flatMap(({ figures }) => (figures === null ? [] : [of(figures)]));
  return told.length === 0 ? null : told.reduce((sum, value) => sum + value, 0);
}

function diskUsed({ logDirs }: NonNullable<BrokerFigures['figures']>): number {
  return logDirs.reduce((sum, { usedBytes }) => sum + usedBytes, 0);
}

function ofCluster(brokers: readonly BrokerFigures[]): (number | null)[] {
  return [
    total(brokers, ({ bytesInPerSecond }) => bytesInPerSecond),
    total(brokers, ({ bytesOutPerSecond }) => bytesOutPerSecond),
    total(brokers, ({ messagesInPerSecond }) => messagesInPerSecond),
    total(brokers, ({ requestsPerSecond }) => requestsPerSecond),
    total(brokers, diskUsed),
  ];
}

function ofBroker({ figures }: BrokerFigures): (number | null)[] {
  if (figures === null) return seriesOf.broker.map(() => null);
  const { produce, fetch } = figures.latency;
  return [
    figures.bytesInPerSecond,
    figures.bytesOutPerSecond,
    figures.messagesInPerSecond,
    figures.requestsPerSecond,
    produce?.p50Ms ?? null,
    produce?.p99Ms ?? null,
    fetch?.p50Ms ?? null,
    fetch?.p99Ms ?? null,
    diskUsed(figures),
    figures.rssBytes,
  ];
}

function ofTopic(partitions: TopicFigures['partitions']): (number | null)[] {
  const sum = (of: (partition: TopicFigures['partitions'][number]) => number | null) => {
    const parts = partitions.map(of);
    return parts.includes(null) ? null : parts.reduce<number>((all, part) => all + (part ?? 0), 0);
  };
  return [
    sum(({ messagesPerSecond }) => messagesPerSecond),
    sum(({ bytesPerSecond }) => bytesPerSecond),
    sum(({ sizeBytes }) => sizeBytes),
  ];
}

function ofGroup({ figures }: GroupInPicture): (number | null)[] {
  return [figures.lag, figures.lagSeconds];
}
