import type { GuardedChange } from '../metadata/plan-commits.ts';

/**
 * What the controller decided: pure data over the image, for `commitDecision` to carry out. Nothing has
 * happened yet when a decision is made, and `results` hold once its changes are committed.
 */
export interface Decision<Result> {
  readonly changes: PlannedChanges;
  /** One for each thing that was asked, in the order of the request. */
  readonly results: readonly Result[];
}

/**
 * Changes by when they become visible. When they fit one commit they are one; when not, `prepare` is
 * committed first (nobody sees it yet), then `publish`, in its order, then `tidy` (nobody sees it any more).
 */
export interface PlannedChanges {
  readonly prepare: readonly GuardedChange[];
  readonly publish: readonly GuardedChange[];
  readonly tidy: readonly GuardedChange[];
}

/** A refusal, as Kafka names and words it. */
export interface Refusal {
  /** A key of the protocol's `errorCodes`. */
  readonly error: ControllerError;
  readonly message: string;
}

/** The errors that decisions know, by Kafka's names. */
export type ControllerError =
  | 'TOPIC_ALREADY_EXISTS'
  | 'UNKNOWN_TOPIC_OR_PARTITION'
  | 'UNKNOWN_TOPIC_ID'
  | 'INVALID_TOPIC_EXCEPTION'
  | 'INVALID_PARTITIONS'
  | 'INVALID_REPLICATION_FACTOR'
  | 'INVALID_REPLICA_ASSIGNMENT'
  | 'INVALID_CONFIG'
  | 'INVALID_REQUEST'
  | 'TOPIC_DELETION_DISABLED'
  | 'POLICY_VIOLATION'
  | 'ELECTION_NOT_NEEDED'
  | 'PREFERRED_LEADER_NOT_AVAILABLE'
  | 'ELIGIBLE_LEADERS_NOT_AVAILABLE'
  | 'NO_REASSIGNMENT_IN_PROGRESS'
  | 'BROKER_ID_NOT_REGISTERED'
  | 'INVALID_UPDATE_VERSION'
  | 'KAFKA_STORAGE_ERROR'
  | 'REQUEST_TIMED_OUT';

/** No change at all. */
export const noChanges: PlannedChanges = { prepare: [], publish: [], tidy: [] };

/** Changes while they are gathered. */
export interface GrowingChanges extends PlannedChanges {
  readonly prepare: GuardedChange[];
  readonly publish: GuardedChange[];
  readonly tidy: GuardedChange[];
}

/** No changes yet, to be added to. */
export function newChanges(): GrowingChanges {
  return { prepare: [], publish: [], tidy: [] };
}

/** Puts all of `more` behind what is in `changes`. */
export function addChanges(changes: GrowingChanges, more: PlannedChanges): void {
  for (const change of more.prepare) changes.prepare.push(change);
  for (const change of more.publish) changes.publish.push(change);
  for (const change of more.tidy) changes.tidy.push(change);
}

/** A refusal of these words. */
export function refuse(error: ControllerError, message: string): Refusal {
  return { error, message };
}

/** Whether what was decided is a refusal. */
export function isRefusal<Value extends object>(value: Value | Refusal): value is Refusal {
  return 'error' in value && 'message' in value;
}
