import type { ConsumerGroupHeartbeatRequest } from '../../../protocol/messages/consumer-group-heartbeat.ts';
import { leaveEpoch, staticLeaveEpoch } from './consumer-member.ts';
import { refuse } from './refusal.ts';
import type { Refusal } from './refusal.ts';

/** From this version on the client makes up its member id (KIP-1082). */
const clientMemberIdVersion = 1;

/** What in a request makes no sense, whatever the group is like. */
export function checkHeartbeat(
  request: ConsumerGroupHeartbeatRequest,
  { apiVersion, assignors }: { readonly apiVersion: number; readonly assignors: readonly string[] },
): Refusal | undefined {
  const { memberEpoch } = request;
  const needsMemberId =
    apiVersion >= clientMemberIdVersion || memberEpoch > 0 || memberEpoch === leaveEpoch;
  if (needsMemberId && isBlank(request.memberId)) return blank('MemberId');
  if (isBlank(request.groupId)) return blank('GroupId');
  if (isBlank(request.instanceId)) return blank('InstanceId');
  if (isBlank(request.rackId)) return blank('RackId');
  const refusal = memberEpoch === 0 ? checkJoin(request) : checkEpoch(request);
  if (refusal !== undefined) return refusal;
  const assignor = request.serverAssignor;
  if (assignor === null || assignors.includes(assignor)) return undefined;
  return refuse(
    'UNSUPPORTED_ASSIGNOR',
    `ServerAssignor ${assignor} is not supported. Supported assignors: ${assignors.join(', ')}.`,
  );
}

function checkJoin(request: ConsumerGroupHeartbeatRequest): Refusal | undefined {
  if (request.rebalanceTimeoutMs === -1) {
    return refuse('INVALID_REQUEST', 'RebalanceTimeoutMs must be provided in first request.');
  }
  if (request.topicPartitions === null || request.topicPartitions.length > 0) {
    return refuse('INVALID_REQUEST', 'TopicPartitions must be empty when (re-)joining.');
  }
  if (request.subscribedTopicNames === null && request.subscribedTopicRegex === null) {
    return refuse(
      'INVALID_REQUEST',
      'Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.',
    );
  }
  return undefined;
}

function checkEpoch({
  memberEpoch,
  instanceId,
}: ConsumerGroupHeartbeatRequest): Refusal | undefined {
  if (memberEpoch < staticLeaveEpoch) return refuse('INVALID_REQUEST', 'MemberEpoch is invalid.');
  if (memberEpoch === staticLeaveEpoch && instanceId === null) {
    return refuse('INVALID_REQUEST', "InstanceId can't be null.");
  }
  return undefined;
}

function isBlank(text: string | null): boolean {
  return text?.trim() === '';
}

function blank(field: string): Refusal {
  return refuse('INVALID_REQUEST', `${field} can't be empty.`);
}
