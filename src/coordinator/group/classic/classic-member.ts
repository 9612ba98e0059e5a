import type { GroupEvent } from '../group-events.ts';
import type { RequestRef } from '../../coordinator.ts';

/** The answer to a JoinGroup, and to a SyncGroup. */
export type JoinReply = NonNullable<Extract<GroupEvent, { kind: 'joinGroup' }>['ref']['response']>;
export type SyncReply = NonNullable<Extract<GroupEvent, { kind: 'syncGroup' }>['ref']['response']>;

/** A request that waits for others. */
export interface Parked<Response> {
  readonly ref: RequestRef<Response>;
  readonly apiVersion: number;
}

/** A way to assign partitions that a member knows, with what it says to its leader. */
export interface ClassicProtocol {
  readonly name: string;
  readonly metadata: Uint8Array;
}

/** What a client says of itself when it joins. */
export interface MemberDetails {
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  /** The ones it likes better first; each name once. After a restart, only the one of the generation. */
  readonly protocols: readonly ClassicProtocol[];
}

/** A member of a classic group. */
export interface ClassicMember {
  readonly memberId: string;
  /** Of a static member (KIP-345). */
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  details: MemberDetails;
  /** What the leader gave it in the last generation that was written. */
  assignment: Uint8Array;

  // What follows does not survive a restart.

  /** Whether it sent a JoinGroup for the coming generation. */
  hasJoined: boolean;
  /** The JoinGroup, unless its sender has gone. Only of a member that has joined. */
  join: Parked<JoinReply> | undefined;
  sync: Parked<SyncReply> | undefined;
  /** Whether no generation had it yet, so that it may not know its own id. */
  isNew: boolean;
}

/** No assignment. */
export const noBytes = new Uint8Array(0);

/** A member that waits for nothing yet. */
export function newMember(
  identity: Pick<ClassicMember, 'memberId' | 'groupInstanceId' | 'clientId' | 'clientHost'>,
  details: MemberDetails,
  assignment: Uint8Array = noBytes,
): ClassicMember {
  const { memberId, groupInstanceId, clientId, clientHost } = identity;
  return {
    memberId,
    groupInstanceId,
    clientId,
    clientHost,
    details,
    assignment,
    hasJoined: false,
    join: undefined,
    sync: undefined,
    isNew: false,
  };
}

/** What the member says to its leader under a protocol; empty for one that it does not know. */
export function metadataOf({ details }: ClassicMember, protocol: string | undefined): Uint8Array {
  return details.protocols.find(({ name }) => name === protocol)?.metadata ?? noBytes;
}

/** Whether a JoinGroup with these protocols changes nothing. Their order does not count. */
export function hasSameProtocols(
  { details }: ClassicMember,
  protocols: readonly ClassicProtocol[],
): boolean {
  if (details.protocols.length !== protocols.length) return false;
  const known = new Map(details.protocols.map(({ name, metadata }) => [name, metadata]));
  return protocols.every(({ name, metadata }) => {
    const other = known.get(name);
    return other !== undefined && areEqual(other, metadata);
  });
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** Each name once; the first one counts. */
export function distinctProtocols(protocols: readonly ClassicProtocol[]): ClassicProtocol[] {
  const byName = new Map<string, ClassicProtocol>();
  for (const protocol of protocols) {
    if (!byName.has(protocol.name)) byName.set(protocol.name, protocol);
  }
  return [...byName.values()];
}
