/**
 * What the admin listener and the console say to each other: JSON over HTTP, and server-sent events where something
 * goes on for a while. Types only; the console imports them too, so that both sides are held to one text.
 *
 * Names of topics and groups stand percent-encoded in paths. Offsets, counts and times are whole numbers below 2^53
 * (Kafka's own clock is milliseconds since 1970); what records hold is never parsed here, so that no digit is lost.
 * Every answer but a success is a `Problem` with a status of 400 and above.
 *
 * What changes something (POST, PATCH, DELETE under `/api/`) must carry the header `odradek-console: 1` and a JSON
 * body (`application/json`; import takes `application/x-ndjson`), which no page of another origin can send, and is
 * refused with 403 where the console is read-only. With `dryRun` it says what would happen and does nothing.
 */

/** Why a request was refused. */
export interface Problem {
  readonly error: {
    /** Kafka's name of the error where Kafka has one (`TOPIC_ALREADY_EXISTS`), else ours (`INVALID_FILTER`). */
    readonly code: string;
    /** A sentence with what was wrong. */
    readonly message: string;
    /** What can be done about it, where that is known. */
    readonly remedy?: string;
    /** The field of the body or the query parameter that is meant. */
    readonly field?: string;
    /** Of a filter: where the mistake is; line and column from 1. */
    readonly at?: { readonly offset: number; readonly line: number; readonly column: number };
  };
}

/* ---- Who looks: `GET /api/session`, `POST /api/session` (SignIn), `DELETE /api/session` ---- */

/** `GET /api/session`; the only path under `/api/` that answers who has not signed in. */
export interface Session {
  readonly version: string;
  readonly nodeId: number;
  readonly clusterId: string;
  /** `read-only`: nothing can be changed. */
  readonly mode: 'full' | 'read-only';
  readonly needsSignIn: boolean;
  /** Somebody has signed in with this browser, and may sign out. */
  readonly canSignOut: boolean;
  /** Where clients reach the cluster, for the command lines that the console shows. */
  readonly bootstrapServers: string;
}

/** `POST /api/session`: answers 204 and a cookie, or 401. */
export interface SignIn {
  readonly password: string;
}
