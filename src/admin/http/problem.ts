import { isRetriable } from '../../client/client-errors.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import type { Problem } from '../contract/session.ts';

/** What a `HttpProblem` says, beside its status. */
export type ProblemDetails = Problem['error'];

/** A request is refused: thrown by whoever finds out, answered as a `Problem`. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly details: ProblemDetails;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    details: ProblemDetails,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(details.message);
    this.status = status;
    this.details = details;
    this.headers = headers;
  }
}

/** A field of the body or a parameter of the query is not what it should be. */
export function badField(field: string, message: string): HttpProblem {
  return new HttpProblem(400, { code: 'INVALID_REQUEST', message, field });
}

/** Statuses of Kafka's errors; of the others those that may pass are 503, and what is left is 400. */
const statusesByName: Readonly<Record<string, number>> = {
  UNKNOWN_TOPIC_OR_PARTITION: 404,
  UNKNOWN_TOPIC_ID: 404,
  GROUP_ID_NOT_FOUND: 404,
  RESOURCE_NOT_FOUND: 404,
  BROKER_ID_NOT_REGISTERED: 404,
  TOPIC_ALREADY_EXISTS: 409,
  NON_EMPTY_GROUP: 409,
  GROUP_SUBSCRIBED_TO_TOPIC: 409,
  REASSIGNMENT_IN_PROGRESS: 409,
  POLICY_VIOLATION: 403,
  TOPIC_DELETION_DISABLED: 403,
  CLUSTER_AUTHORIZATION_FAILED: 403,
  TOPIC_AUTHORIZATION_FAILED: 403,
  GROUP_AUTHORIZATION_FAILED: 403,
  MESSAGE_TOO_LARGE: 413,
  RECORD_LIST_TOO_LARGE: 413,
  THROTTLING_QUOTA_EXCEEDED: 429,
  UNKNOWN_SERVER_ERROR: 500,
  CORRUPT_MESSAGE: 500,
};

/** `error` as it is answered; undefined for what is no operating failure, but a defect. */
export function problemOf(error: unknown): HttpProblem | undefined {
  if (error instanceof HttpProblem) return error;
  if (!(error instanceof OdradekError)) return undefined;
  const { details, message } = error;
  switch (details.code) {
    case 'BROKER_REFUSED': {
      const status = statusesByName[details.errorName] ?? (isRetriable(error) ? 503 : 400);
      return new HttpProblem(status, { code: details.errorName, message });
    }
    case 'UNKNOWN_TOPIC':
      return new HttpProblem(404, { code: 'UNKNOWN_TOPIC_OR_PARTITION', message });
    case 'UNKNOWN_GROUP':
      return new HttpProblem(404, { code: 'GROUP_ID_NOT_FOUND', message });
    case 'INVALID_ARGUMENT':
      return new HttpProblem(400, {
        code: 'INVALID_REQUEST',
        message,
        field: details.argument,
      });
    case 'INVALID_FILTER': {
      const { code, offset, line, column } = details;
      return new HttpProblem(400, { code, message, at: { offset, line, column } });
    }
    case 'TIMED_OUT':
      return new HttpProblem(504, { code: 'REQUEST_TIMED_OUT', message });
    case 'CONNECTION_FAILED':
    case 'CONNECTION_CLOSED':
      return new HttpProblem(503, { code: 'NETWORK_EXCEPTION', message });
    case 'BROKER_STOPPED':
      return new HttpProblem(503, { code: details.code, message });
    default:
      return new HttpProblem(500, { code: details.code, message });
  }
}
