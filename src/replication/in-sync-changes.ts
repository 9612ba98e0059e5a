import type { InSyncProposal } from './leader-state.ts';

/** A change of a partition's in-sync set, as its leader wants it. */
export interface InSyncChange {
  readonly topic: string;
  readonly topicId: string;
  readonly index: number;
  readonly proposal: InSyncProposal;
  /** Of the topic, by which members that leave stay eligible. */
  readonly minInsyncReplicas: number;
}

/** Commits what leaders propose. */
export interface InSyncChanges {
  /**
   * Has a change committed, if the partition's state is still the one that it starts from, the members that
   * come in are still who they were, and this broker's registration is alive.
   *
   * Settles once the outcome is known and the image has it: the change has been made, or has not and never
   * will be. Until then the leader counts with both. Never rejects.
   */
  propose(change: InSyncChange): Promise<void>;
}
