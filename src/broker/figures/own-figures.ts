import type {
  ClientSource,
  FiguresService,
  WhysOf,
  WrittenBatch,
} from '../../apis/figures-service.ts';
import type { TopicFilters } from '../../apis/filtered/topic-filters.ts';
import type { GroupService } from '../../apis/group-service.ts';
import { internalTopics } from '../../metadata/image.ts';
import type {
  BrokerFiguresRequest,
  BrokerFiguresResponse,
} from '../../protocol/messages/broker-figures.ts';
import type { Partition } from '../../replication/partition.ts';
import { Traffic, windowTicks } from '../../replication/traffic.ts';
import type { Runtime, Timer } from '../../runtime/runtime.ts';
import type { LogManager } from '../../storage/log-manager.ts';
import { describeGroups } from './describe-groups.ts';
import { describeTopics, ledTopics, type LedTopic } from './describe-topics.ts';
import { describeWriters } from './describe-writers.ts';
import type { LatencyHistogram } from './latency-histogram.ts';
import { LogDirs } from './log-dirs.ts';
import { MemberHeartbeats } from './member-heartbeats.ts';
import { RecordTimes } from './record-times.ts';
import { RequestFigures } from './request-figures.ts';
import { isSameSecret, newSecret } from './secret.ts';
import { Writers } from './writers.ts';

/** The broker, as far as its figures are of it. It is looked at once it has been asked for them. */
export interface CountedBroker {
  readonly partitions: {
    /** Changes when partitions come, go, or are led by others. */
    readonly revision: number;
    all(): Iterable<Partition>;
    get(topic: string, index: number): Partition | undefined;
  };
  readonly groups: GroupService;
  readonly logManager: Pick<LogManager, 'directories' | 'describeLogs'>;
  readonly topicFilters: Pick<TopicFilters, 'counted'>;
  readonly connectionCount: number;
}

/** Whose figures they are, and by what time. */
export interface OwnFiguresModules {
  readonly runtime: Pick<Runtime, 'clock' | 'timers' | 'memoryUsage' | 'random'>;
  readonly broker: CountedBroker;
}

const tickMs = 1000;
/** Nobody has asked for so long: nothing is sampled any more until somebody does. */
const unwatchedMs = 30_000;

/** What a broker counts of itself, and tells those who know its secret. Samples only while somebody looks. */
export class OwnFigures implements FiguresService {
  /** What those know who may ask; it stands in the broker's registration. */
  readonly secret: string;
  readonly requests: RequestFigures = new RequestFigures();
  /** Of Odradek, as others are told; empty where it is not known. */
  version = '';
  /** Whoever watches the cluster from here puts it in, and takes it out. */
  whys: WhysOf | undefined;
  readonly #modules: OwnFiguresModules;
  readonly #writers = new Writers();
  readonly #heartbeats = new MemberHeartbeats();
  readonly #recordTimes: RecordTimes;
  readonly #logDirs: LogDirs;
  /** Of all partitions, from the first look on. */
  readonly totals: Traffic = new Traffic();
  readonly #startedMs: number;
  #timer: Timer | undefined;
  #tick = -1;
  /** As they were at a tick and a revision, for all who ask before the next one. */
  #led: { readonly at: string; readonly topics: readonly LedTopic[] } | undefined;
  /** When the ticks of the window were, and the one before them. */
  #tickTimesMs: number[] = [];
  #askedMs = -Infinity;
  #producersAskedMs = -Infinity;

  constructor(modules: OwnFiguresModules) {
    const { broker, runtime } = modules;
    const { clock } = runtime;
    this.secret = newSecret(runtime.random);
    this.#modules = modules;
    this.#startedMs = clock.nowMs();
    this.#recordTimes = new RecordTimes({
      partitionOf: (topic, index) => broker.partitions.get(topic, index),
      clock,
    });
    this.#logDirs = new LogDirs({ logManager: () => broker.logManager, clock });
  }

  get followsWriters(): boolean {
    return this.#writers.isOn;
  }

  wrote(source: ClientSource, clientId: string, partition: Partition, batch: WrittenBatch): void {
    this.#writers.wrote(source, clientId, partition, batch, this.#nowMs());
  }

  memberSeen(groupId: string, memberId: string): void {
    this.#heartbeats.seen(groupId, memberId, this.#nowMs());
  }

  admits(secret: Uint8Array): boolean {
    return isSameSecret(secret, this.secret);
  }

  async describe(request: Omit<BrokerFiguresRequest, 'secret'>): Promise<BrokerFiguresResponse> {
    this.#look(request);
    const { broker, runtime } = this.#modules;
    const { requests } = this;
    const nowMs = this.#nowMs();
    const isInternal = (topic: string): boolean => internalTopics.has(topic);
    const ago = (lastMs: number | undefined): number =>
      lastMs === undefined ? -1 : Math.max(0, Math.round(nowMs - lastMs));
    const [ofGroups, positions] = await Promise.all([
      describeGroups(request, {
        groups: broker.groups,
        heartbeatAgoMs: (groupId, memberId) => ago(this.#heartbeats.lastMs(groupId, memberId)),
      }),
      this.#recordTimes.of(request.positions),
    ]);
    const memory = runtime.memoryUsage?.();
    return {
      startedMs: this.#startedMs,
      version: this.version,
      windowMs: this.#windowMs,
      ...this.totals.recent(),
      requests: requests.requests.recent,
      connections: broker.connectionCount,
      rssBytes: memory?.rssBytes ?? -1,
      heapUsedBytes: memory?.heapUsedBytes ?? -1,
      latencies: [...latencyOf('Produce', requests.produce), ...latencyOf('Fetch', requests.fetch)],
      logDirs: this.#logDirs.describe(),
      ...describeTopics(request, this.#ledTopics(), { nowMs, isInternal }),
      filters: Array.from(broker.topicFilters.counted(), ({ topic, counters }) => ({
        topic,
        ...counters,
      })),
      ...describeWriters(this.#writers, {
        producersMax: request.producersMax,
        wallMs: runtime.clock.nowMs(),
        nowMs,
      }),
      ...ofGroups,
      positions,
    };
  }

  /** Somebody looks: ticks begin, or go on. */
  #look({ producersMax }: Omit<BrokerFiguresRequest, 'secret'>): void {
    this.#askedMs = this.#nowMs();
    if (producersMax > 0) {
      this.#producersAskedMs = this.#askedMs;
      this.#writers.isOn = true;
    }
    if (this.#timer !== undefined) return;
    this.#tick = -1;
    this.#led = undefined;
    this.#tickTimesMs = [];
    this.#sample();
  }

  #sample(): void {
    const nowMs = this.#nowMs();
    this.#timer = undefined;
    if (nowMs - this.#producersAskedMs > unwatchedMs) this.#writers.stop();
    if (nowMs - this.#askedMs > unwatchedMs) return;
    this.#tick++;
    this.#tickTimesMs.push(nowMs);
    if (this.#tickTimesMs.length > windowTicks + 1) this.#tickTimesMs.shift();
    for (const { figures } of this.#modules.broker.partitions.all()) {
      figures.traffic.sample(this.#tick, this.totals);
    }
    this.totals.sample(this.#tick);
    this.requests.sample(this.#tick);
    this.#writers.sample(this.#tick, nowMs);
    this.#timer = this.#modules.runtime.timers.setTimer(tickMs, () => this.#sample());
  }

  #ledTopics(): readonly LedTopic[] {
    const { partitions } = this.#modules.broker;
    const at = `${this.#tick}/${partitions.revision}`;
    if (this.#led?.at !== at) this.#led = { at, topics: ledTopics(partitions.all()) };
    return this.#led.topics;
  }

  /** How long the window of the rates is by now; 0 before its first tick. */
  get #windowMs(): number {
    const [first, last] = [this.#tickTimesMs[0], this.#tickTimesMs.at(-1)];
    return first === undefined || last === undefined ? 0 : Math.round(last - first);
  }

  #nowMs(): number {
    return this.#modules.runtime.clock.monotonicMs();
  }

  close(): void {
    if (this.#timer !== undefined) this.#modules.runtime.timers.clearTimer(this.#timer);
    this.#writers.stop();
    this.#askedMs = -Infinity;
  }
}

function latencyOf(api: string, histogram: LatencyHistogram): BrokerFiguresResponse['latencies'] {
  const recent = histogram.recent();
  if (recent === undefined) return [];
  const { p50Ms, p99Ms, count } = recent;
  return [{ api, p50Micros: Math.round(p50Ms * 1000), p99Micros: Math.round(p99Ms * 1000), count }];
}
