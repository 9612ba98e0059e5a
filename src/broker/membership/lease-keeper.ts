import type { Lease, MetadataStore } from '../../metadata/store.ts';
import type { Clock, Timer, Timers } from '../../runtime/runtime.ts';
import { errorText } from '../../util/is-error.ts';
import type { Logger } from '../../util/logger.ts';

/** How long a lease is to be. */
export interface LeaseKeeperOptions {
  /** `broker.session.timeout.ms`; `Infinity` where the store ends with this process, which needs no renewal. */
  readonly ttlMs: number;
}

/** What a lease is kept with. */
export interface LeaseKeeperModules {
  readonly store: MetadataStore;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** Who is told what becomes of a lease. No call comes from within a call of the keeper's. */
export interface LeaseListener {
  /** It may have run out, as far as we know: what is led here must not be answered any more. */
  onLapsed(): void;
  /** It is gone, and the keys under it. Another has to be taken. */
  onLost(): void;
}

/** Renewals in the time of a lease: a process that stands still for half of it has time to spare. */
const renewalsPerTtl = 4;
/** By how much two clocks may differ in speed, at the most. */
const driftFraction = 0.02;
/** Pause before a store that did not answer is asked again, at the most. */
const retryMsMax = 500;

/**
 * Keeps one lease after the other. A lease is held until its time has run out by this machine's monotonic
 * clock, counted from when the last request that was answered was *sent*, less what the store's clock may be
 * faster: so it is held for the store whenever it is held here.
 *
 * A store that does not answer is asked until it does. It may have kept the lease all the while, which is then
 * held again.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #modules: LeaseKeeperModules;
  readonly #listener: LeaseListener;
  #lease: Lease | undefined;
  #heldUntilMs = -Infinity;
  #renewal: Timer | undefined;
  #lapse: Timer | undefined;
  /** Whether `onLapsed` has been told for this lapse. Invariant: false while the lease is held. */
  #lapsed = true;
  #closed = false;

  constructor(options: LeaseKeeperOptions, modules: LeaseKeeperModules, listener: LeaseListener) {
    this.#options = options;
    this.#modules = modules;
    this.#listener = listener;
  }

  /** Of the lease that there is, held or not; empty when there is none. */
  get leaseId(): string {
    return this.#lease?.id ?? '';
  }

  /** Monotonic time until which the lease is held; `Infinity` for one that does not run out. */
  get heldUntilMs(): number {
    return this.#heldUntilMs;
  }

  /** Whether nobody can have taken the lease away for its time, at a moment of the monotonic clock. */
  isHeld(nowMs: number): boolean {
    return nowMs < this.#heldUntilMs;
  }

  /** Takes a lease, the first or in place of one that is lost. Rejects as the store does. */
  async take(): Promise<void> {
    const sentMs = this.#modules.clock.monotonicMs();
    const lease = await this.#modules.store.lease(this.#options.ttlMs);
    if (this.#closed) return;
    this.#lease = lease;
    this.#heldFrom(sentMs);
    this.#renewIn(this.#options.ttlMs / renewalsPerTtl);
  }

  /** Gives a lease up that is of no use any more, and is known to end. */
  drop(): void {
    this.#forget();
  }

  /** Ends the lease for everybody, with its keys. Rejects as the store does; fine when it is gone. */
  async revoke(): Promise<void> {
    const lease = this.#lease;
    this.close();
    await lease?.revoke();
  }

  /** Renews no more. The lease lives on in the store until its time is up. */
  close(): void {
    this.#closed = true;
    this.#forget();
  }

  #forget(): void {
    this.#lease = undefined;
    this.#heldUntilMs = -Infinity;
    this.#clear(this.#renewal);
    this.#clear(this.#lapse);
    this.#renewal = undefined;
    this.#lapse = undefined;
  }

  #clear(timer: Timer | undefined): void {
    if (timer !== undefined) this.#modules.timers.clearTimer(timer);
  }

  #heldFrom(sentMs: number): void {
    const { ttlMs } = this.#options;
    this.#heldUntilMs = Math.max(this.#heldUntilMs, sentMs + ttlMs * (1 - driftFraction));
    this.#lapsed = false;
    // One timer for a lease, which looks again when there were renewals meanwhile.
    if (this.#lapse === undefined) this.#watchLapse();
  }

  #watchLapse(): void {
    if (this.#heldUntilMs === Infinity) return;
    const { clock, timers } = this.#modules;
    const leftMs = Math.max(0, this.#heldUntilMs - clock.monotonicMs());
    this.#lapse = timers.setTimer(Math.ceil(leftMs), () => {
      this.#lapse = undefined;
      if (this.isHeld(clock.monotonicMs())) this.#watchLapse();
      else this.#lapseNow();
    });
  }

  #lapseNow(): void {
    if (this.#lapsed) return;
    this.#lapsed = true;
    this.#listener.onLapsed();
  }

  #renewIn(delayMs: number): void {
    if (this.#options.ttlMs === Infinity) return;
    this.#renewal = this.#modules.timers.setTimer(delayMs, () => {
      this.#renewal = undefined;
      void this.#renew();
    });
  }

  async #renew(): Promise<void> {
    const lease = this.#lease;
    const { ttlMs } = this.#options;
    const sentMs = this.#modules.clock.monotonicMs();
    let isThere: boolean | undefined;
    try {
      isThere = await lease?.renew();
    } catch (error) {
      if (this.#lease !== lease) return;
      this.#modules.logger.warn('a lease could not be renewed', { error: errorText(error) });
      this.#renewIn(Math.min(retryMsMax, ttlMs / renewalsPerTtl));
      return;
    }
    if (lease === undefined || this.#lease !== lease) return;
    if (isThere === true) {
      this.#heldFrom(sentMs);
      const sinceMs = this.#modules.clock.monotonicMs() - sentMs;
      this.#renewIn(Math.max(0, ttlMs / renewalsPerTtl - sinceMs));
      return;
    }
    this.#forget();
    this.#lapseNow();
    this.#listener.onLost();
  }
}
