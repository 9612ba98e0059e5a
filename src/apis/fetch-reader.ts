import type { FetchRequest, FetchResponse } from '../protocol/messages/fetch.ts';
import type { Partition, ReadBound } from '../replication/partition.ts';
import type { ApiCall } from './api.ts';

/** The first version in which a consumer names its rack, and may be sent to a follower (KIP-392). */
const rackFirstVersion = 11;

/** Who fetches, and what that one may read. */
export interface FetchReader {
  /** Node id of the follower that fetches; -1 for a consumer. */
  readonly replicaId: number;
  /** Of that follower's registration; -1 where its version does not say (KIP-903). */
  readonly replicaEpoch: number;
  readonly isolation: 'read_uncommitted' | 'read_committed';
  /** Consumers read what is replicated, followers all that is written. */
  readonly bound: ReadBound;
  /** A consumer that says where it stands may read from any replica. */
  readonly readsFollowers: boolean;
  /** Empty for one that names none. */
  readonly rackId: string;
  /** What the client calls itself, and where it is. */
  readonly clientId: string;
  readonly clientHost: string;
  /** When the request came; monotonic. */
  readonly cameMs: number;
}

/** The reader of a fetch that came at `cameMs`. */
export function readerOf(
  { request, apiVersion, clientId, clientHost }: ApiCall<FetchRequest, FetchResponse>,
  cameMs: number,
): FetchReader {
  const { replicaState, rackId } = request;
  const replicaId = Math.max(request.replicaId, replicaState.replicaId, -1);
  const isFollower = replicaId >= 0;
  return {
    replicaId,
    replicaEpoch: Number(replicaState.replicaEpoch),
    isolation: request.isolationLevel === 1 && !isFollower ? 'read_committed' : 'read_uncommitted',
    bound: isFollower ? 'logEnd' : 'highWatermark',
    readsFollowers: !isFollower && apiVersion >= rackFirstVersion,
    rackId,
    clientId: clientId ?? '',
    clientHost,
    cameMs,
  };
}

/** The offset below which `reader` may read. HOT: bench=fetch */
export function readableEnd(partition: Partition, reader: FetchReader): number {
  return reader.bound === 'logEnd'
    ? partition.log.writtenEndOffset
    : partition.readableEndOffset(reader.isolation);
}
