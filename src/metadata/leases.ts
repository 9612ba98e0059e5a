import type { Timer, Timers } from '../runtime/runtime.ts';

/** The leases of a store that has its own clock, and when they end. */
export class Leases {
  readonly #timers: Timers;
  readonly #onExpired: (leaseId: string) => void;
  readonly #leases = new Map<string, { readonly ttlMs: number; timer: Timer | undefined }>();
  #lastId = 0;

  /** `onExpired` is told of each lease that runs out; it is gone by then. */
  constructor(timers: Timers, onExpired: (leaseId: string) => void) {
    this.#timers = timers;
    this.#onExpired = onExpired;
  }

  /** A time of `Infinity` never runs out. */
  grant(ttlMs: number): string {
    const id = String(++this.#lastId);
    this.#leases.set(id, { ttlMs, timer: this.#timer(id, ttlMs) });
    return id;
  }

  has(id: string): boolean {
    return this.#leases.has(id);
  }

  /** Starts a lease's time anew; false when it is gone. */
  renew(id: string): boolean {
    const lease = this.#leases.get(id);
    if (lease === undefined) return false;
    if (lease.timer !== undefined) this.#timers.clearTimer(lease.timer);
    lease.timer = this.#timer(id, lease.ttlMs);
    return true;
  }

  renewAll(): void {
    for (const id of this.#leases.keys()) this.renew(id);
  }

  /** Takes a lease away; false when it is gone already. `onExpired` is not told. */
  revoke(id: string): boolean {
    const lease = this.#leases.get(id);
    if (lease === undefined) return false;
    if (lease.timer !== undefined) this.#timers.clearTimer(lease.timer);
    return this.#leases.delete(id);
  }

  close(): void {
    for (const id of this.#leases.keys()) this.revoke(id);
  }

  #timer(id: string, ttlMs: number): Timer | undefined {
    if (ttlMs === Infinity) return undefined;
    return this.#timers.setTimer(ttlMs, () => {
      this.#leases.delete(id);
      this.#onExpired(id);
    });
  }
}
