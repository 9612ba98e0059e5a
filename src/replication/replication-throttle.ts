import type { Clock } from '../runtime/runtime.ts';
import type { Partition } from './partition.ts';

/** A throttle, as the broker's keys have it now. */
export interface ThrottleSettings {
  /** `leader.` or `follower.replication.throttled.rate`. */
  readonly bytesPerSecond: number;
  /** `replication.quota.window.size.seconds`: up to so much unused time is made up for. */
  readonly windowMs: number;
}

/** Which side of replication is throttled. */
export interface ThrottleOptions {
  readonly nodeId: number;
  readonly side: 'leader' | 'follower';
}

/** What a throttle goes by. */
export interface ThrottleModules {
  readonly clock: Clock;
  readonly settings: () => ThrottleSettings;
}

/**
 * How many bytes a broker sends to followers, or fetches as one, of the replicas that are listed in the topic's
 * `leader.` or `follower.replication.throttled.replicas` (KIP-73). All of their bytes count; held back are those
 * that are not in sync, so that a throttle makes nobody fall behind who has caught up.
 *
 * What goes over the rate is owed until it is paid: however much an answer holds, the bytes of any time T are at
 * most those of the rate in T and in one window, and one answer's.
 */
export class ReplicationThrottle {
  readonly #options: ThrottleOptions;
  readonly #modules: ThrottleModules;
  /** As of `#atMs`; below zero is what may be made up for. */
  #owedBytes = 0;
  #atMs: number;

  constructor(options: ThrottleOptions, modules: ThrottleModules) {
    this.#options = options;
    this.#modules = modules;
    this.#atMs = modules.clock.monotonicMs();
  }

  /** Whether the partition's bytes count. HOT: bench=fetch */
  isListed({ index, log: { config } }: Partition): boolean {
    const { nodeId, side } = this.#options;
    const replicas =
      side === 'leader'
        ? config.leaderReplicationThrottledReplicas
        : config.followerReplicationThrottledReplicas;
    if (replicas.length === 0) return false;
    return replicas[0] === '*' || replicas.includes(`${index}:${nodeId}`);
  }

  /** Whether a follower has to wait with a partition now. */
  holdsBack(partition: Partition, followerId: number): boolean {
    return this.#slows(partition, followerId) && this.waitMs > 0;
  }

  /** What is sent of a partition at a time at most, beside a first batch: what one window lets through. */
  bytesMaxOf(partition: Partition, followerId: number): number {
    if (!this.#slows(partition, followerId)) return Infinity;
    const { bytesPerSecond, windowMs } = this.#modules.settings();
    return (bytesPerSecond * windowMs) / 1000;
  }

  #slows(partition: Partition, followerId: number): boolean {
    return this.isListed(partition) && !partition.state.isr.includes(followerId);
  }

  /** How long what is not in sync is held back, but at most a window: the rate may be another by then. */
  get waitMs(): number {
    const { bytesPerSecond, windowMs } = this.#modules.settings();
    if (bytesPerSecond === 0) return windowMs;
    const owedBytes = this.#payUp();
    return owedBytes <= 0 ? 0 : Math.min(windowMs, Math.ceil((owedBytes / bytesPerSecond) * 1000));
  }

  /** So many bytes of a listed partition were sent, or have come. */
  record(bytes: number): void {
    this.#owedBytes = this.#payUp() + bytes;
  }

  #payUp(): number {
    const { bytesPerSecond, windowMs } = this.#modules.settings();
    const nowMs = this.#modules.clock.monotonicMs();
    const paidBytes = (bytesPerSecond * (nowMs - this.#atMs)) / 1000;
    this.#atMs = nowMs;
    this.#owedBytes = Math.max(-(bytesPerSecond * windowMs) / 1000, this.#owedBytes - paidBytes);
    return this.#owedBytes;
  }
}
