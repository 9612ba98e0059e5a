import {
  consumerGroupDescribeRequest,
  consumerGroupDescribeResponse,
} from '../../../src/protocol/messages/consumer-group-describe.ts';
import {
  describeGroupsRequest,
  describeGroupsResponse,
} from '../../../src/protocol/messages/describe-groups.ts';
import { RawConnection } from '../../broker/raw-connection.ts';
import type { MemberOptions } from './member.ts';

/**
 * Whether the group has a member of this client id that has not taken its leave: a static one of the consumer
 * protocol stays with an epoch below zero. Asks the one broker that there is.
 */
export async function isInGroup(options: MemberOptions, clientId: string): Promise<boolean> {
  const { bootstrapServers, groupId } = options;
  const [host = '', port] = bootstrapServers.split(':');
  const connection = await RawConnection.open({ host, port: Number(port) });
  try {
    const [consumer, classic] = [
      await connection.call(consumerGroupDescribeRequest, consumerGroupDescribeResponse, 1, {
        groupIds: [groupId],
        includeAuthorizedOperations: false,
      }),
      await connection.call(describeGroupsRequest, describeGroupsResponse, 5, {
        groups: [groupId],
        includeAuthorizedOperations: false,
      }),
    ];
    return (
      consumer.groups[0]?.members.some(
        (member) => member.clientId === clientId && member.memberEpoch >= 0,
      ) === true ||
      classic.groups[0]?.members.some((member) => member.clientId === clientId) === true
    );
  } finally {
    connection.close();
  }
}
