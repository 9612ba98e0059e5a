import { OdradekError } from '../../util/odradek-error.ts';
import type { ClusterBrokerState } from '../cluster-api.ts';

/** One life of a broker, from before it serves until nothing of it is left. */
export interface MemberLife {
  /** Ends it wherever it is, as SIGKILL does; settles when nothing of it is left. */
  end(): Promise<void>;
}

interface Entry<Life extends MemberLife> {
  readonly life: Life;
  readonly killed: PromiseWithResolvers<never>;
}

/**
 * The lives of one broker of a cluster, one after the other, and what state it is in. A kill ends whatever is under
 * way: who waits for a start or a stop is told that it was killed.
 */
export class MemberLives<Life extends MemberLife> {
  readonly #nodeId: number;
  #entry: Entry<Life> | undefined;
  #state: ClusterBrokerState = 'killed';
  /** How often it was killed. */
  #kills = 0;

  constructor(nodeId: number) {
    this.#nodeId = nodeId;
  }

  /** `killed` too while it starts and stops. */
  get state(): ClusterBrokerState {
    return this.#state;
  }

  get kills(): number {
    return this.#kills;
  }

  /** The one that serves or is paused. */
  get current(): Life | undefined {
    return this.#state === 'killed' ? undefined : this.#entry?.life;
  }

  /** The same. Throws `INVALID_ARGUMENT` where there is none. */
  alive(operation: string): Life {
    if (this.current !== undefined) return this.current;
    throw new OdradekError(`broker ${this.#nodeId} was killed: restart it first`, {
      code: 'INVALID_ARGUMENT',
      argument: operation,
      expected: 'a broker that runs',
    });
  }

  /** Begins `life`, which serves once `start` has settled; ends it where that fails. */
  async begin<Started>(life: Life, start: () => Promise<Started>): Promise<Started> {
    const entry = this.#enter(life);
    try {
      const started = await Promise.race([start(), entry.killed.promise]);
      if (this.#entry !== entry) throw killedMeanwhile(this.#nodeId);
      this.#state = 'running';
      return started;
    } catch (error) {
      if (this.#entry === entry) this.#entry = undefined;
      await life.end();
      throw error;
    }
  }

  #enter(life: Life): Entry<Life> {
    const entry = { life, killed: Promise.withResolvers<never>() };
    entry.killed.promise.catch(() => {});
    this.#entry = entry;
    return entry;
  }

  /** It stands still, or goes on. */
  set(state: 'running' | 'paused'): void {
    this.#state = state;
  }

  /** Ends the life in order by `stop`, and then what that has left. Nothing to do where there is none. */
  async stop(stop: (life: Life) => Promise<void>): Promise<void> {
    const entry = this.#entry;
    if (entry === undefined) return;
    this.#state = 'killed';
    try {
      await Promise.race([stop(entry.life), entry.killed.promise]);
    } finally {
      if (this.#entry === entry) this.#entry = undefined;
      await entry.life.end();
    }
  }

  /** Ends the life wherever it is. */
  async kill(): Promise<void> {
    this.#kills++;
    const entry = this.#entry;
    this.#entry = undefined;
    this.#state = 'killed';
    entry?.killed.reject(killedMeanwhile(this.#nodeId));
    await entry?.life.end();
  }

  /** `life` has ended by itself. False where it was to. */
  ended(life: Life): boolean {
    if (this.#entry?.life !== life || this.#state === 'killed') return false;
    this.#entry = undefined;
    this.#state = 'killed';
    return true;
  }
}

/** What whoever waits for a broker is told when it was killed. */
export function killedMeanwhile(nodeId: number): OdradekError {
  return new OdradekError(`broker ${nodeId} was killed meanwhile`, { code: 'BROKER_STOPPED' });
}
