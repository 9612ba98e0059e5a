import type { RequestRef } from '../coordinator/coordinator.ts';
import type { GroupEvent } from '../coordinator/group/group-events.ts';
import type { Asker } from '../coordinator/runtime/ports.ts';
import type { PartitionImage } from '../metadata/image.ts';

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
  /** The partition of `__consumer_offsets` whose leader coordinates a group; undefined while there is none. */
  partitionOf(groupId: string): PartitionImage | undefined;
}

/** A request that a coordinator has. */
export interface AskedRequest {
  readonly partition: number;
  readonly requestId: number;
}
