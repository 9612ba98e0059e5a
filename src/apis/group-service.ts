import type { RequestRef } from '../coordinator/coordinator.ts';
import type { GroupEvent } from '../coordinator/group/group-events.ts';
import type { Asker } from '../coordinator/runtime/ports.ts';

/** The groups of this broker, as handlers reach them. */
export interface GroupService {
  /**
   * Asks the coordinator of a group, if it is here. `asker` is told once, possibly before this has returned.
   * The answer is for `giveUp`.
   */
  ask<Response>(
    groupId: string,
    eventOf: (ref: RequestRef<Response>) => GroupEvent,
    asker: Asker<Response>,
  ): AskedRequest;
  /** Asks every coordinator that is here; an asker for each. */
  askAll<Response>(
    eventOf: (ref: RequestRef<Response>) => GroupEvent,
    askerOf: () => Asker<Response>,
  ): void;
  /** Who asked has gone. */
  giveUp(asked: AskedRequest): void;
  /** Makes `__consumer_offsets` where it is not there yet; undefined when nothing has to be waited for. */
  makeTopic(): Promise<void> | undefined;
  /** The node that coordinates a group; -1 while nobody does. */
  coordinatorOf(groupId: string): number;
}

/** A request that a coordinator has. */
export interface AskedRequest {
  readonly partition: number;
  readonly requestId: number;
}
