import { OdradekError } from '../../util/odradek-error.ts';
import { grpcStatus, type GrpcStatus } from './grpc-call.ts';

/** What is to be done about a status other than OK. */
export type StatusMeaning =
  /** The token is none, or none any more; nothing has been done. */
  | 'token'
  /** Nothing has been done, and never will be. */
  | 'refused'
  /** Whether it has been done is not known. */
  | 'unknown';

/** What a status means. etcd tells some that need another token by their text alone. */
export function meaningOf({ status, message }: GrpcStatus): StatusMeaning {
  switch (status) {
    case grpcStatus.unauthenticated:
      return 'token';
    case grpcStatus.invalidArgument:
      return message.includes('revision of auth store is old') ? 'token' : 'refused';
    case grpcStatus.notFound:
    case grpcStatus.permissionDenied:
    case grpcStatus.resourceExhausted:
    case grpcStatus.failedPrecondition:
    case grpcStatus.outOfRange:
    case grpcStatus.unimplemented:
      return 'refused';
    default:
      return 'unknown';
  }
}

/** Whether a reason for which a watch ended speaks of its token. */
export function isAboutToken(reason: string): boolean {
  return reason.includes('invalid auth token') || reason.includes('auth store is old');
}

/** What is gone, or was never there: a lease. */
export function isLeaseNotFound({ status, message }: GrpcStatus): boolean {
  return status === grpcStatus.notFound && message.includes('lease');
}

/** History that was asked for is compacted. */
export function isCompacted({ status, message }: GrpcStatus): boolean {
  return status === grpcStatus.outOfRange && message.includes('compacted');
}

/** etcd wants no user at all. */
export function isAuthNotEnabled({ message }: GrpcStatus): boolean {
  return message.includes('authentication is not enabled');
}

/** The failure of a request that etcd does not want. Knows no secret. */
export function refusedByEtcd(
  operation: string,
  endpoint: string,
  { status, message }: GrpcStatus,
): OdradekError {
  const reason = message === '' ? `status ${status} of gRPC` : message;
  return new OdradekError(
    `etcd at ${endpoint} refused to ${operation} (${reason})${remedyFor(reason)}`,
    { code: 'METADATA_REFUSED', endpoint, reason },
  );
}

/** The failure of a request to which no answer came in time, and why as far as that is known. */
export function noAnswerFromEtcd(
  operation: string,
  afterMs: number,
  endpoints: string,
  reason: string,
): OdradekError {
  return new OdradekError(
    `etcd at ${endpoints} did not answer within ${afterMs} ms when it was to ${operation} (${reason}): ` +
      'is it running, does a majority of it, and is odradek.metadata.store right?',
    { code: 'TIMED_OUT', operation, afterMs },
  );
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [/user name is empty/, 'it has users: set odradek.metadata.user and odradek.metadata.password'],
  [
    /authentication failed/,
    'odradek.metadata.user or the password that goes with it is not one of its users',
  ],
  [/permission denied/, 'the user needs permission to read and write the keys of this cluster'],
  [/space exceeded/, 'its database is full: compact and defragment it, then disarm the alarm'],
  [/too many requests/, 'it is overloaded; try again'],
  [/too large/, 'raise its --max-request-bytes to its default, 1.5 MiB, at least'],
  [/too many operations/, 'raise its --max-txn-ops to its default, 128, at least'],
  [/certificate/, 'see the odradek.metadata.tls keys'],
];

function remedyFor(reason: string): string {
  const found = remedies.find(([pattern]) => pattern.test(reason));
  return found === undefined ? '' : `: ${found[1]}`;
}
