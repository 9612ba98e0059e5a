/**
 * What every coordinator is made of. A coordinator is a pure state machine over one partition of its internal
 * topic: it is given events and answers with what is to be done, as data. Its runtime (`runtime/`) appends the
 * records, sends the replies, and sets the timers.
 *
 * - What must survive a crash changes only in `replay`, which is run for each record as it is appended, and
 *   for each record of the log when a partition is loaded.
 * - The rest (parked requests, sessions, members that have not joined yet) changes in `handle`, and a new
 *   coordinator starts without it.
 * - An append that is refused before anything is written changes nothing: no record was replayed, the
 *   deadlines of its decision do not count, and the request of its event gets the error. One that fails after
 *   that drops the state of the partition, which is loaded again from the log.
 */

/** What is to be done for an event. All may be empty. */
export interface Decision<Rec> {
  /**
   * To be appended together, as one batch, in this order. When the coordinator is given its next event they
   * have been replayed, or refused.
   */
  readonly records: readonly Rec[];
  /**
   * False lets the records go on in further batches where they are too many for one, of which a crash may
   * leave only the first: for tombstones and the like. Unless given, more than `max.message.bytes` are refused.
   */
  readonly atomic?: boolean;
  /** They leave when everything that was appended until now is committed. */
  readonly replies: readonly Reply[];
  readonly deadlines: readonly Deadline[];
  /**
   * Where it is given, an `appendEnded` event says how the append of `records` ended: for decisions whose
   * outcome others wait for beside the request of the event.
   */
  readonly appendTag?: string | undefined;
}

/** A request that waits for its reply; `response` is never set, and says what the reply must be. */
export interface RequestRef<Response> {
  readonly id: number;
  readonly response?: Response;
}

/** The answer to a request: a body, as its API's schema has it, or the part of one that is about a group. */
export interface Reply {
  readonly requestId: number;
  readonly response: unknown;
}

/** Typed by the request that it answers. */
export function replyTo<Response>(request: RequestRef<Response>, response: Response): Reply {
  return { requestId: request.id, response };
}

/** A moment at which a `deadline` event of this key is due. A key has one moment: a new one replaces it. */
export interface Deadline {
  readonly key: string;
  /** Of the clock that `handle` is told; undefined: the moment does not matter any more. */
  readonly atMs: number | undefined;
}

/** Events that every coordinator may be given beside its own. */
export type CoordinatorEvent =
  /** All records of the log have been replayed. */
  | { readonly kind: 'loaded' }
  | { readonly kind: 'deadline'; readonly key: string }
  /** The append of the decision with this tag is committed (`error` undefined), or was refused. */
  | { readonly kind: 'appendEnded'; readonly tag: string; readonly error: AppendError | undefined }
  /** Who sent a request has gone, and no reply to it will be read. */
  | { readonly kind: 'requestGone'; readonly requestId: number };

/** Why records could not be appended, as the errors that a coordinator's clients know. */
export type AppendError =
  | 'COORDINATOR_NOT_AVAILABLE'
  | 'NOT_COORDINATOR'
  | 'UNKNOWN_SERVER_ERROR'
  | 'INVALID_COMMIT_OFFSET_SIZE';

/** A pure coordinator of one partition. */
export interface Coordinator<Event, Rec> {
  /** Decides on an event. `nowMs` is wall-clock time and may jump. */
  handle(event: Event | CoordinatorEvent, nowMs: number): Decision<Rec>;
  /** Takes in a record that was appended or found in the log. `offset` is its own. */
  replay(record: Rec, offset: number): void;
}

/** Nothing is to be done. */
export const nothing: Decision<never> = { records: [], replies: [], deadlines: [] };
