/**
 * A cluster that is made up, with figures that move, for work on the console without a broker. `step` moves time on;
 * what it holds is in the contract's own types where it can be.
 */
import type {
  BrokerFigures,
  GroupFigures,
  GroupOffset,
  MemberFigures,
  PartitionFigures,
  ProducerFigures,
  TopicFigures,
  Why,
} from '../../src/admin/contract/picture.ts';

/** How large the made-up cluster is, and what befalls it. */
export interface FakeOptions {
  readonly brokers: number;
  readonly topics: number;
  readonly groups: number;
  /** Broker 2 is killed after 20 s and comes back 20 s later, over and over. */
  readonly troubled: boolean;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A partition whose figures change. */
export type FakePartition = Omit<Mutable<PartitionFigures>, 'isr' | 'followerLag'> & {
  isr: number[];
  followerLag: Record<string, number>;
  logStartOffset: number;
  highWatermark: number;
  logEndOffset: number;
  sizeBytes: number;
};

/** A topic of {@link FakePartition}s. */
export interface FakeTopic extends Omit<TopicFigures, 'partitions'> {
  readonly partitions: FakePartition[];
  readonly configs: Map<string, string>;
}

/** A group; its lag is counted from its offsets. */
export interface FakeGroup {
  readonly groupId: string;
  readonly type: 'classic' | 'consumer';
  state: string;
  readonly coordinatorId: number;
  members: MemberFigures[];
  readonly positions: Map<string, { topic: string; partition: number; committed: number }>;
  /** Records a second for each partition that it reads. */
  speed: number;
}

const names = [
  'orders',
  'payments',
  'clicks',
  'inventory',
  'shipments',
  'sensors',
  'adverts',
  'audit',
];
const groupNames = ['billing', 'dashboard', 'search-index', 'fraud', 'mailer', 'archive'];

/** The made-up cluster. */
export class FakeCluster {
  readonly options: FakeOptions;
  readonly startedMs: number;
  readonly topics = new Map<string, FakeTopic>();
  readonly groups = new Map<string, FakeGroup>();
  readonly down = new Set<number>();
  producers: ProducerFigures[] = [];
  nowMs: number;
  #downSinceMs = 0;

  constructor(options: FakeOptions, startedMs: number = Date.now()) {
    this.options = options;
    this.startedMs = startedMs;
    this.nowMs = startedMs;
    for (let index = 0; index < options.topics; index += 1) this.#addNumbered(index);
    for (let index = 0; index < options.groups; index += 1) this.#addGroup(index);
    this.#settle();
  }

  #addNumbered(index: number): void {
    const base = names[index % names.length] ?? 'topic';
    const name = index < names.length ? base : `${base}-${index}`;
    const rate = index < 12 ? [42, 8, 160, 3, 0, 900, 21, 0.4][index % 8] : index % 7 === 0 ? 2 : 0;
    this.addTopic(name, index < 3 ? 3 : 1 + (index % 4), rate ?? 0);
  }

  /** Adds a topic with `rate` records a second. */
  addTopic(
    name: string,
    partitions: number,
    rate = 0,
    filtered: TopicFigures['filtered'] = null,
  ): FakeTopic {
    const topic: FakeTopic = {
      name,
      id: Buffer.from(name.padEnd(16, '.')).toString('base64url').slice(0, 22),
      internal: name.startsWith('__'),
      filtered,
      partitions: [],
      configs: new Map(),
    };
    for (let index = 0; index < partitions; index += 1) {
      topic.partitions.push(this.#newPartition(this.topics.size + index, index, rate / partitions));
    }
    if (filtered !== null) {
      topic.configs.set('odradek.source.topic', filtered.sourceTopic);
      topic.configs.set('odradek.filter', filtered.filter);
    }
    this.topics.set(name, topic);
    return topic;
  }

  #newPartition(seed: number, index: number, rate: number): FakePartition {
    const { brokers } = this.options;
    const count = Math.min(3, brokers);
    const replicas = Array.from({ length: count }, (_, at) => 1 + ((seed + at) % brokers));
    const end = Math.floor(rate * 4000) + 17 * (seed % 13);
    return {
      index,
      leader: replicas[0] ?? 1,
      leaderEpoch: 4,
      replicas,
      isr: [...replicas],
      logStartOffset: Math.floor(end / 5),
      highWatermark: end,
      logEndOffset: end,
      sizeBytes: end * 212,
      messagesPerSecond: rate,
      bytesPerSecond: rate * 212,
      followerLag: {},
    };
  }

  #addGroup(index: number): void {
    const base = groupNames[index % groupNames.length] ?? 'group';
    const topics = [...this.topics.values()];
    const read = topics.filter(
      (_, at) => at % Math.max(topics.length, 1) === index % 3 || at === index % topics.length,
    );
    const members = 1 + (index % 3);
    const group: FakeGroup = {
      groupId: index < groupNames.length ? base : `${base}-${index}`,
      type: index % 2 === 0 ? 'consumer' : 'classic',
      state: 'Stable',
      coordinatorId: 1 + (index % this.options.brokers),
      members: [],
      positions: new Map(),
      speed: index === 1 ? 12 : 100_000,
    };
    const owned = read.flatMap(({ name, partitions }) =>
      partitions.map((one) => ({
        topic: name,
        partition: one.index,
        committed: one.highWatermark,
      })),
    );
    for (const one of owned) group.positions.set(`${one.topic}-${one.partition}`, one);
    group.members = Array.from({ length: members }, (_, at) => ({
      memberId: `${group.groupId}-${at}-5f0c${index}${at}e1-77aa`,
      instanceId: null,
      clientId: `${group.groupId}-${at}`,
      host: '/127.0.0.1',
      partitions: owned.filter((__, place) => place % members === at),
      lastHeartbeatAgoMs: 900,
      lastFetchAgoMs: 300,
    }));
    this.groups.set(group.groupId, group);
  }

  #settle(): void {
    this.producers = [...this.topics.values()]
      .filter(
        ({ partitions, filtered }) =>
          filtered === null && (partitions[0]?.messagesPerSecond ?? 0) > 0,
      )
      .map((topic, index) => ({
        id: `p${index}`,
        clientId: `${topic.name}-service`,
        address: index % 5 === 3 ? 'http' : `127.0.0.1:${40_000 + index}`,
        nodeId: topic.partitions[0]?.leader ?? 1,
        lastWroteMs: this.nowMs,
        topics: [
          {
            topic: topic.name,
            partitions: topic.partitions.map((one) => one.index),
            messagesPerSecond: sum(topic.partitions, (one) => one.messagesPerSecond),
            bytesPerSecond: sum(topic.partitions, (one) => one.bytesPerSecond),
          },
        ],
      }));
  }

  /** Moves time on to `nowMs`. Answers whether a broker came or went. */
  step(nowMs: number): boolean {
    const seconds = (nowMs - this.nowMs) / 1000;
    this.nowMs = nowMs;
    for (const topic of this.topics.values()) {
      for (const one of topic.partitions) this.#grow(one, seconds);
    }
    for (const group of this.groups.values()) this.#read(group, seconds);
    if (!this.options.troubled) return false;
    const inTrouble = Math.floor((nowMs - this.startedMs) / 20_000) % 2 === 1;
    if (inTrouble === this.down.has(2)) return false;
    if (inTrouble) this.kill(2);
    else this.restart(2);
    return true;
  }

  #grow(one: FakePartition, seconds: number): void {
    if (one.leader === -1) return;
    const wave = 1 + 0.4 * Math.sin(this.nowMs / 9000 + one.index);
    const grown = one.messagesPerSecond * wave * seconds + (one.logEndOffset % 1);
    one.logEndOffset += grown;
    one.highWatermark = Math.floor(one.logEndOffset);
    one.sizeBytes += Math.round(grown * 212);
    for (const replica of one.replicas) {
      if (this.down.has(replica) || replica === one.leader) continue;
      const behind = one.followerLag[replica] ?? 0;
      one.followerLag[replica] = Math.max(0, Math.floor(behind - 400 * seconds));
      if (one.followerLag[replica] === 0 && !one.isr.includes(replica)) one.isr.push(replica);
    }
    for (const replica of this.down) {
      if (one.replicas.includes(replica)) {
        one.followerLag[replica] = Math.floor((one.followerLag[replica] ?? 0) + grown);
      }
    }
  }

  #read(group: FakeGroup, seconds: number): void {
    for (const position of group.positions.values()) {
      const one = this.topics.get(position.topic)?.partitions[position.partition];
      if (one === undefined || group.members.length === 0) continue;
      position.committed = Math.min(
        one.highWatermark,
        position.committed + Math.ceil(group.speed * seconds),
      );
    }
  }

  /** Takes a broker away. */
  kill(nodeId: number): void {
    this.down.add(nodeId);
    this.#downSinceMs = this.nowMs;
    for (const { partitions } of this.topics.values()) {
      for (const one of partitions) {
        one.isr = one.isr.length > 1 ? one.isr.filter((id) => id !== nodeId) : one.isr;
        if (one.leader !== nodeId) continue;
        one.leader = one.isr.find((id) => !this.down.has(id)) ?? -1;
        one.leaderEpoch += 1;
      }
    }
  }

  /** Brings it back. */
  restart(nodeId: number): void {
    this.down.delete(nodeId);
    for (const { partitions } of this.topics.values()) {
      for (const one of partitions) if (one.leader === -1) one.leader = nodeId;
    }
  }

  /** The brokers now. */
  brokers(): BrokerFigures[] {
    return Array.from({ length: this.options.brokers }, (_, index) => this.#broker(index + 1));
  }

  #broker(nodeId: number): BrokerFigures {
    const all = [...this.topics.values()].flatMap(({ partitions }) => partitions);
    const led = all.filter(({ leader }) => leader === nodeId);
    const mine = all.filter(({ replicas }) => replicas.includes(nodeId));
    const down = this.down.has(nodeId);
    const messages = sum(led, (one) => one.messagesPerSecond);
    const usedBytes = sum(mine, (one) => one.sizeBytes);
    return {
      nodeId,
      host: '127.0.0.1',
      port: 9091 + nodeId,
      rack: null,
      state: down ? 'down' : 'up',
      stateSinceMs: down ? this.#downSinceMs : this.startedMs,
      reachable: !down,
      leaders: led.length,
      replicas: mine.length,
      notInSync: mine.filter(({ isr }) => !isr.includes(nodeId)).length,
      figures: down
        ? null
        : {
            startedMs: this.startedMs - 3_600_000,
            version: '0.1.0',
            bytesInPerSecond: messages * 212,
            bytesOutPerSecond: messages * 430,
            messagesInPerSecond: messages,
            requestsPerSecond: 40 + messages / 3,
            connections: 9,
            rssBytes: 96e6,
            heapUsedBytes: 31e6,
            latency: {
              produce: { p50Ms: 0.6, p99Ms: 3.1 + Math.sin(this.nowMs / 4000), count: 812 },
              fetch: { p50Ms: 1.2, p99Ms: 510, count: 300 },
            },
            logDirs: [
              {
                path: `/var/lib/odradek/${nodeId}`,
                online: true,
                usedBytes,
                freeBytes: 82e9 - usedBytes,
                totalBytes: 250e9,
              },
            ],
          },
    };
  }

  /** A group with its lag. */
  groupFigures(group: FakeGroup): GroupFigures {
    const offsets = [...group.positions.values()].map((position): GroupOffset => {
      const one = this.topics.get(position.topic)?.partitions[position.partition];
      const lag = Math.max(0, (one?.highWatermark ?? 0) - position.committed);
      const rate = one?.messagesPerSecond ?? 0;
      return {
        topic: position.topic,
        partition: position.partition,
        committedOffset: position.committed,
        logStartOffset: one?.logStartOffset ?? null,
        highWatermark: one?.highWatermark ?? null,
        lag,
        lagSeconds: lag === 0 ? 0 : rate === 0 ? null : Number((lag / rate).toFixed(1)),
        memberId:
          group.members.find(({ partitions }) =>
            partitions.some(
              (p) => p.topic === position.topic && p.partition === position.partition,
            ),
          )?.memberId ?? null,
      };
    });
    return {
      groupId: group.groupId,
      type: group.type,
      state: group.state,
      coordinatorId: group.coordinatorId,
      members: group.members,
      offsets,
      lag: sum(offsets, (offset) => offset.lag ?? 0),
      lagSeconds: Math.max(0, ...offsets.map((offset) => offset.lagSeconds ?? 0)),
      trend: group.speed < 1000 ? 'growing' : 'steady',
    };
  }

  /** What stands still. */
  whys(): Why[] {
    const found: Why[] = [...this.down].map((nodeId) => ({
      subject: { kind: 'broker', name: String(nodeId) },
      severity: 'at-risk',
      sentence: `Broker ${nodeId} is down: it has not renewed its lease.`,
      evidence: [`Its lease ran out ${Math.round((this.nowMs - this.#downSinceMs) / 1000)} s ago.`],
      remedy: 'Start it again; its partitions catch up by themselves.',
      sinceMs: this.#downSinceMs,
    }));
    for (const { name, partitions } of this.topics.values()) {
      for (const one of partitions) if (one.leader === -1) found.push(leaderless(name, one));
    }
    for (const group of this.groups.values()) {
      if (group.speed > 1000) continue;
      const { lag, lagSeconds } = this.groupFigures(group);
      if ((lag ?? 0) < 50) continue;
      found.push({
        subject: { kind: 'group', name: group.groupId },
        severity: 'behind',
        sentence: `${group.groupId} is ${lag} records (${lagSeconds} s) behind and falls further back.`,
        evidence: [`It reads ${group.speed} records a second of each partition; more are written.`],
        remedy: 'Add members, up to the number of partitions.',
        sinceMs: this.startedMs,
      });
    }
    return found;
  }
}

function leaderless(topic: string, one: FakePartition): Why {
  return {
    subject: { kind: 'topic', name: topic, partition: one.index },
    severity: 'stopped',
    sentence: `${topic}-${one.index} has no leader because broker ${one.replicas.join(' and ')} is down.`,
    evidence: [`Its only in-sync replica is on ${one.isr.join(', ')}.`],
    remedy: 'Start the broker again.',
    sinceMs: null,
  };
}

/** The sum of a figure over a list. */
export function sum<T>(list: readonly T[], of: (item: T) => number): number {
  let total = 0;
  for (const item of list) total += of(item);
  return total;
}
