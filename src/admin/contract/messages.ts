import type { Problem } from './session.ts';

/* ---- Messages ---- */

/** Text where the bytes are valid UTF-8, else base64. */
export interface BytesView {
  readonly text?: string;
  readonly base64?: string;
  readonly sizeBytes: number;
  /** Only the beginning is here; `GET /api/topics/NAME/messages/PARTITION/OFFSET` has all of it. */
  readonly cut?: true;
}

/** A record as it is shown. */
export interface RecordView {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: BytesView | null;
  /** Null: a tombstone. */
  readonly value: BytesView | null;
  readonly headers: readonly { readonly key: string; readonly value: BytesView | null }[];
}

/**
 * `GET /api/topics/NAME/messages` (server-sent events), whose query is:
 * - `partition=0&partition=2`: only these; all unless given.
 * - `order=newest` (newest first across partitions by time, the default), `offset` (each partition by offset, merged by
 *   time), `partition` (strictly by offset, one partition after the other).
 * - `from=beginning|end|offset:N|time:MS|last:N`, `until=` the same; ignored by `newest`, which begins at the end, or
 *   behind `before=P:OFFSET,P:OFFSET` (the cursor of the page before).
 * - `where=` a filter; `limit=` matching records (default 100, at most 10,000); `isolation=read_committed`.
 * - `follow=true`: a live tail, from the end on unless `from` says otherwise, without end; `limit` does not apply.
 *
 * Events: `records` (RecordView[]), `progress` (SearchProgress, at least twice a second while it goes on), `done`
 * (SearchDone), `failed` (Problem). A search that is cut off by a limit says so in `done`, and where to go on.
 */

/** How far a search has come. */
export interface SearchProgress {
  readonly scanned: number;
  readonly scannedBytes: number;
  readonly matched: number;
  /** Records on which the filter failed or that cost more than its budget. */
  readonly failed: number;
  /** Offsets that are to be scanned in all; null while following. */
  readonly toScan: number | null;
}

/** How a search ended. */
export interface SearchDone extends SearchProgress {
  /** `limit`: there may be more, from `next` on; `end`: everything asked for was looked at. */
  readonly reason: 'limit' | 'end';
  /** For `before` (newest) or `from` (others, `offset` form per partition as P:OFFSET,…); null at the end. */
  readonly next: string | null;
}

/** A record to write; what is not valid UTF-8 goes into the fields that end in Base64. A value of null: a tombstone. */
export interface RecordBody {
  readonly partition?: number;
  readonly key?: string | null;
  readonly keyBase64?: string;
  readonly value?: string | null;
  readonly valueBase64?: string;
  readonly headers?: readonly {
    readonly key: string;
    readonly value?: string | null;
    readonly valueBase64?: string;
  }[];
  readonly timestamp?: number;
}

/** `POST /api/topics/NAME/messages` → PublishResult. */
export interface PublishBody {
  readonly records: readonly RecordBody[];
}

/** What became of records that were to be written. */
export interface PublishResult {
  /** One for each record, in order. */
  readonly results: readonly (
    | { readonly partition: number; readonly offset: number; readonly timestamp: number }
    | { readonly error: Problem['error'] }
  )[];
}

/** `POST /api/topics/NAME/resend`: copies chosen records to another topic (or this one), keys, headers and all. → PublishResult. */
export interface ResendBody {
  readonly records: readonly { readonly partition: number; readonly offset: number }[];
  readonly to: string;
  /** Keep each record's partition number and time. */
  readonly keepPartition?: boolean;
  readonly keepTimestamp?: boolean;
}

/*
 * `GET /api/topics/NAME/export` takes the query of `messages` (without `follow`; `order` is `offset` unless given, or
 * `partition`; no `limit` unless given) and answers JSON lines as `odradek consume --json` writes them, as an attachment.
 * One that breaks off is no whole HTTP answer. `POST /api/topics/NAME/import` takes them as
 * `odradek produce --json` does (`?repartition=true` gives partitions anew) → ImportResult.
 */
/** What became of an import. */
export interface ImportResult {
  readonly written: number;
  /** The first 100. Lines count from 1; what lies before the first bad line was written. */
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

/** `POST /api/filter` { filter } → 200 `{ ok: true }`, or 400 with `at`. */
export interface FilterBody {
  readonly filter: string;
}
