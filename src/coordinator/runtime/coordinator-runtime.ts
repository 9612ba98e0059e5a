import type { WheelEntry } from '../../runtime/timer-wheel.ts';
import type { RequestRef } from '../coordinator.ts';
import { CoordinatorPartition, type CoordinatorModules } from './coordinator-partition.ts';
import type { Asker, CoordinatorError, CoordinatorLog, RuntimeEvent } from './ports.ts';

/** Pause before the state of a partition is loaded again that was dropped for a failed append. */
const reloadPauseMs = 100;

/** A partition that is led here. */
interface Led<Event extends RuntimeEvent, Rec> {
  readonly log: CoordinatorLog;
  /** Undefined while it waits to be loaded again. */
  partition: CoordinatorPartition<Event, Rec> | undefined;
  reload: WheelEntry | undefined;
}

/**
 * The coordinators of an internal topic: one for each of its partitions that this broker leads. Requests are
 * handed to them and answered by callbacks, without a promise or a timer for each.
 */
export class CoordinatorRuntime<Event extends RuntimeEvent, Rec> {
  readonly #topic: string;
  readonly #modules: CoordinatorModules<Event, Rec>;
  readonly #led = new Map<number, Led<Event, Rec>>();
  #nextRequestId = 1;
  #isDraining = false;

  constructor(options: { readonly topic: string }, modules: CoordinatorModules<Event, Rec>) {
    this.#topic = options.topic;
    this.#modules = modules;
  }

  /** The partitions that are led here, whether they are loaded or not. */
  get partitions(): IterableIterator<number> {
    return this.#led.keys();
  }

  /** Requests that wait for a reply. */
  get waitingRequests(): number {
    let count = 0;
    for (const { partition } of this.#led.values()) count += partition?.waitingRequests ?? 0;
    return count;
  }

  /** Whether the coordinator of a partition is here, and loaded. */
  isActive(index: number): boolean {
    return this.#led.get(index)?.partition?.isActive === true;
  }

  /** This broker leads a partition from now on: its coordinator is loaded from `log`. */
  led(index: number, log: CoordinatorLog): void {
    if (this.#isDraining || this.#led.get(index)?.log === log) return;
    this.resigned(index);
    const led: Led<Event, Rec> = { log, partition: undefined, reload: undefined };
    this.#led.set(index, led);
    this.#load(index, led);
  }

  /** It does not lead it any more. Who waits is sent to look for the coordinator. */
  resigned(index: number): void {
    const led = this.#led.get(index);
    if (led === undefined) return;
    this.#led.delete(index);
    if (led.reload !== undefined) this.#modules.wheel.cancel(led.reload);
    led.partition?.close('NOT_COORDINATOR');
  }

  #load(index: number, led: Led<Event, Rec>): void {
    const { log } = led;
    if (log.isClosed) {
      this.resigned(index);
      return;
    }
    const lost = (error: string): void => this.#lost(index, led, error);
    led.partition = new CoordinatorPartition(
      { topic: this.#topic, index, log, lost },
      this.#modules,
    );
    led.partition.start();
  }

  /** Not at once: a disk that fails every write would keep the broker busy with nothing else. */
  #lost(index: number, led: Led<Event, Rec>, error: string): void {
    const { logger, wheel } = this.#modules;
    logger.warn('a coordinator is loaded again', { topic: this.#topic, index, error });
    led.partition = undefined;
    if (this.#led.get(index) !== led || this.#isDraining) return;
    led.reload = wheel.schedule(reloadPauseMs, () => {
      led.reload = undefined;
      this.#load(index, led);
    });
  }

  /**
   * Asks the coordinator of partition `index`. `asker` is told once, possibly before this has returned; the id
   * is for `giveUp`.
   */
  ask<Response>(
    index: number,
    eventOf: (ref: RequestRef<Response>) => Event,
    asker: Asker<Response>,
  ): number {
    const id = this.#nextRequestId++;
    const led = this.#led.get(index);
    if (this.#isDraining) asker.refused('COORDINATOR_NOT_AVAILABLE');
    else if (led === undefined) asker.refused('NOT_COORDINATOR');
    else if (led.partition === undefined) asker.refused('COORDINATOR_LOAD_IN_PROGRESS');
    else led.partition.ask(eventOf({ id }), id, asker as Asker<unknown>);
    return id;
  }

  /** The reply to a request is of no use any more. */
  giveUp(index: number, requestId: number): void {
    this.#led.get(index)?.partition?.giveUp(requestId);
  }

  /** Tells every coordinator; those that load learn of it afterwards. */
  tellAll(event: Event): void {
    for (const { partition } of this.#led.values()) partition?.tell(event);
  }

  /** Takes no further request, and ends the waits of those that are parked. What was decided is answered yet. */
  drain(): void {
    this.#isDraining = true;
    for (const { partition } of this.#led.values())
      partition?.endWaits('COORDINATOR_NOT_AVAILABLE');
  }

  /** Ends all of them. */
  close(error: CoordinatorError = 'COORDINATOR_NOT_AVAILABLE'): void {
    this.#isDraining = true;
    for (const { partition, reload } of this.#led.values()) {
      if (reload !== undefined) this.#modules.wheel.cancel(reload);
      partition?.close(error);
    }
    this.#led.clear();
  }
}
