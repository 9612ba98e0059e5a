import type { SimulatedStoreOptions } from '../../../src/metadata/simulated/simulated-store.ts';
import { Prng } from '../../../src/runtime/simulated/prng.ts';
import type { TestConfig } from '../../broker/simulated-broker.ts';
import { committingGroupConfig } from '../committing-group.ts';

/** What may be done to a cluster. */
export const faultKinds = [
  'crash',
  'crash of all',
  'power loss',
  'power loss of all',
  'orderly stop',
  'pause',
  'cut',
  'cut in one direction',
  'isolation',
  'clients cut off',
  'store cut off',
  'store outage',
  'store history compacted',
  'slow disk',
  'full disk',
  'failed writes',
  'failed disk',
  'wrong clock',
  'skewed clock',
  'reassignment',
  'drain',
  'leader moves',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** A topic of a run. */
export interface PlannedTopic {
  readonly name: string;
  readonly partitions: number;
  readonly configs: Readonly<Record<string, string>>;
  /** Why it may lose what was acknowledged; undefined where it may not. */
  readonly mayLose: string | undefined;
  readonly isCompacted: boolean;
}

/** What a seed decides before anything happens. */
export interface Plan {
  readonly seed: number;
  readonly brokerCount: number;
  /** Whether each batch is synced before it is acknowledged: then all may lose power at once. */
  readonly isFlushed: boolean;
  readonly topics: readonly PlannedTopic[];
  /** By their weight. */
  readonly faults: readonly { readonly kind: FaultKind; readonly weight: number }[];
  /** Between two faults at the most. */
  readonly faultEveryMsMax: number;
  readonly config: TestConfig;
  readonly store: SimulatedStoreOptions;
}

/** Virtual time during which faults happen. */
export const faultsMs = 25_000;

/** How often each is chosen, beside the others. */
const weights: Readonly<Record<FaultKind, number>> = {
  crash: 6,
  'crash of all': 1,
  'power loss': 5,
  'power loss of all': 1,
  'orderly stop': 3,
  pause: 4,
  cut: 4,
  'cut in one direction': 3,
  isolation: 3,
  'clients cut off': 1,
  'store cut off': 3,
  'store outage': 2,
  'store history compacted': 1,
  'slow disk': 2,
  'full disk': 1,
  'failed writes': 2,
  'failed disk': 1,
  'wrong clock': 1,
  'skewed clock': 1,
  reassignment: 4,
  drain: 2,
  'leader moves': 3,
};

/** Each seed leaves some kinds of faults out: what hides behind one shows where it does not happen. */
export function planRun(seed: number): Plan {
  const random = new Prng(`${seed}/plan`);
  const isFlushed = random.chance(0.3);
  const brokerCount = random.chance(0.5) ? 3 : 4 + random.below(2);
  const faults = faultKinds
    .filter((kind) => isFlushed || kind !== 'power loss of all')
    .filter((kind) => brokerCount > 3 || (kind !== 'reassignment' && kind !== 'drain'))
    .filter(() => random.chance(0.7))
    .map((kind) => ({ kind, weight: weights[kind] }));
  return {
    seed,
    brokerCount,
    isFlushed,
    topics: planTopics(random),
    faults: faults.length > 0 ? faults : [{ kind: 'crash', weight: 1 }],
    faultEveryMsMax: [600, 1500, 3000][random.below(3)] as number,
    config: planConfig(random, isFlushed),
    store: {
      delayMsMax: [2, 5, 20][random.below(3)] as number,
      timeoutMs: 500,
      unknownPercent: [0, 5, 15][random.below(3)] as number,
      watchDelayMsMax: [5, 40, 200][random.below(3)] as number,
      gapPercent: random.below(2) * 10,
    },
  };
}

function planTopics(random: Prng): PlannedTopic[] {
  const safe = { 'min.insync.replicas': '2' };
  const topics: PlannedTopic[] = [
    { name: 'safe', partitions: 3, configs: safe, mayLose: undefined, isCompacted: false },
  ];
  if (random.chance(0.3)) {
    const configs = {
      ...safe,
      'cleanup.policy': 'compact',
      'segment.bytes': '1048576',
      'segment.ms': '2000',
      'min.cleanable.dirty.ratio': '0.01',
    };
    const parts = { partitions: 1, configs, mayLose: undefined, isCompacted: true };
    topics.push({ name: 'compacted', ...parts });
  }
  if (random.chance(0.3)) {
    const configs = { ...safe, 'unclean.leader.election.enable': 'true' };
    const mayLose = 'unclean.leader.election.enable=true';
    topics.push({ name: 'unclean', partitions: 1, configs, mayLose, isCompacted: false });
  }
  return topics;
}

function planConfig(random: Prng, isFlushed: boolean): TestConfig {
  return {
    'broker.session.timeout.ms': [1500, 3000, 6000][random.below(3)] as number,
    'replica.lag.time.max.ms': [1000, 3000][random.below(2)] as number,
    'replica.fetch.wait.max.ms': 300,
    'replica.fetch.backoff.ms': 200,
    'replica.socket.timeout.ms': 1500,
    // Who is behind takes its time.
    'replica.fetch.max.bytes': 1500,
    'replica.fetch.response.max.bytes': 4000,
    'replica.high.watermark.checkpoint.interval.ms': 300,
    'leader.imbalance.check.interval.seconds': 5,
    'log.segment.bytes': 1_048_576,
    'log.flush.offset.checkpoint.interval.ms': 500,
    'log.cleaner.backoff.ms': 1000,
    'odradek.flush.partition.bytes': 4096,
    'default.replication.factor': 3,
    'offsets.topic.num.partitions': 2,
    'offsets.topic.replication.factor': 3,
    'offsets.topic.segment.bytes': 1_048_576,
    'min.insync.replicas': 2,
    ...committingGroupConfig,
    ...(isFlushed ? { 'log.flush.interval.messages': 1 } : {}),
  };
}
