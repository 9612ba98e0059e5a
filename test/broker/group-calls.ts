import assert from 'node:assert/strict';
import {
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '../../src/protocol/messages/find-coordinator.ts';
import { joinGroupRequest, joinGroupResponse } from '../../src/protocol/messages/join-group.ts';
import {
  offsetCommitRequest,
  offsetCommitResponse,
} from '../../src/protocol/messages/offset-commit.ts';
import {
  offsetFetchRequest,
  offsetFetchResponse,
} from '../../src/protocol/messages/offset-fetch.ts';
import { syncGroupRequest, syncGroupResponse } from '../../src/protocol/messages/sync-group.ts';
import type { Encodable, Infer } from '../../src/protocol/schema.ts';
import { must } from '../../src/util/assert.ts';
import type { SimulatedPeer } from './simulated-broker.ts';

/** What a consumer says of itself: version 0 of its protocol, no topics, nothing else. */
const subscription = Buffer.from('000000000000ffffffff', 'hex');

/** Asks for the coordinator of a group, which must be there. */
export async function findCoordinator(peer: SimulatedPeer, groupId: string): Promise<void> {
  const { coordinators } = await peer.call(findCoordinatorRequest, findCoordinatorResponse, 4, {
    keyType: 0,
    coordinatorKeys: [groupId],
  });
  assert.deepEqual(
    coordinators.map(({ errorCode, nodeId, host, port }) => ({ errorCode, nodeId, host, port })),
    [{ errorCode: 0, nodeId: 1, host: 'broker', port: 9092 }],
  );
}

/** Commits one offset from outside of a group; answers its error code. */
export async function commit(
  peer: SimulatedPeer,
  groupId: string,
  topic: string,
  offset: number,
  partition = 0,
): Promise<number> {
  const partitions = [
    { partitionIndex: partition, committedOffset: offset, committedMetadata: 'so far' },
  ];
  const { topics } = await peer.call(offsetCommitRequest, offsetCommitResponse, 8, {
    groupId,
    topics: [{ name: topic, partitions }],
  });
  return must(topics[0]?.partitions[0]).errorCode;
}

/** The offset that a group has committed of a partition, or the error with which that is not told. */
export async function committed(
  peer: SimulatedPeer,
  groupId: string,
  topic: string,
  partition = 0,
): Promise<number | { readonly errorCode: number }> {
  const { groups } = await peer.call(offsetFetchRequest, offsetFetchResponse, 8, {
    groups: [{ groupId, topics: [{ name: topic, partitionIndexes: [partition] }] }],
  });
  const group = must(groups[0]);
  if (group.errorCode !== 0) return { errorCode: group.errorCode };
  return must(group.topics[0]?.partitions[0]).committedOffset;
}

export function joinBody(groupId: string, memberId: string): Encodable<typeof joinGroupRequest> {
  return {
    groupId,
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 60_000,
    memberId,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: subscription }],
  };
}

/** Gets a member id; nothing is joined yet. */
export async function newMember(peer: SimulatedPeer, groupId: string): Promise<string> {
  const answer = await peer.call(joinGroupRequest, joinGroupResponse, 5, joinBody(groupId, ''));
  assert.equal(answer.errorCode, 79);
  return answer.memberId;
}

export function join(
  peer: SimulatedPeer,
  groupId: string,
  memberId: string,
): Promise<Infer<typeof joinGroupResponse>> {
  return peer.call(joinGroupRequest, joinGroupResponse, 5, joinBody(groupId, memberId));
}

/** The leader's SyncGroup, which gives everything to itself; answers the error code. */
export async function sync(
  peer: SimulatedPeer,
  groupId: string,
  { memberId, generationId }: { readonly memberId: string; readonly generationId: number },
): Promise<number> {
  const assignments = [{ memberId, assignment: Buffer.from('all of it') }];
  const { errorCode } = await peer.call(syncGroupRequest, syncGroupResponse, 3, {
    groupId,
    generationId,
    memberId,
    assignments,
  });
  return errorCode;
}
