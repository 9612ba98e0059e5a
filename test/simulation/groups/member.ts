import type { CoordinatorError } from '../../../src/coordinator/runtime/ports.ts';
import type { RequestRef } from '../../../src/coordinator/coordinator.ts';
import type { GroupEvent } from '../../../src/coordinator/group/group-events.ts';
import type { Commits } from './commits.ts';
import type { MemberLife } from './member-life.ts';
import type { Ownership } from './ownership.ts';

/** What a member answered with in place of a response. */
export interface Refusal {
  readonly refused: CoordinatorError;
}

/** What all members of a world share. */
export interface MemberWorld {
  readonly ownership: Ownership;
  readonly commits: Commits;
  readonly tally: Tally;
  /** Partitions of a topic now. */
  partitionsOf(topic: string): number;
  topicIdOf(topic: string): string;
  topicNameOf(topicId: string): string | undefined;
  /** Asks the coordinator of a group; the answer comes later, over a network that takes its time. */
  ask(
    groupId: string,
    eventOf: (ref: RequestRef<never>) => GroupEvent,
    answered: (response: unknown) => void,
  ): void;
  after(delayMs: number, callback: () => void): void;
  /** A whole number in `[0, bound)`. */
  below(bound: number): number;
}

/** What happened in all worlds together: a test that saw too little of something has shown nothing. */
export interface Tally {
  members: number;
  rebalances: number;
  fencings: number;
  expiries: number;
  protocolChanges: number;
  lostLeaderships: number;
  commits: number;
}

/** A member of a group, of either protocol. */
export interface Member {
  readonly life: MemberLife;
  readonly topics: readonly string[];
  start(): void;
  /** Leaves in order. */
  leave(): void;
}

export function isRefusal(response: unknown): response is Refusal {
  return typeof response === 'object' && response !== null && 'refused' in response;
}
