import { errorName } from '../../../../src/protocol/error-codes.ts';
import type { ErrorName } from '../../../../src/protocol/error-codes.ts';
import type { ConsumerGroupHeartbeatRequest } from '../../../../src/protocol/messages/consumer-group-heartbeat.ts';
import type { HeartbeatResponse } from '../../../../src/coordinator/group/consumer/heartbeat.ts';
import { must } from '../../../../src/util/assert.ts';
import type { ConsumerHost } from './consumer-host.ts';

/** What a heartbeat may say beside the member's id and epoch. */
export type Told = Partial<Omit<ConsumerGroupHeartbeatRequest, 'groupId'>> & {
  readonly version?: number;
};

/** What a member owns: partitions by topic id. */
export type Owned = ConsumerGroupHeartbeatRequest['topicPartitions'];

/** A client of a consumer group, as simple as can be: it takes and gives up partitions as it is told. */
export class TestMember {
  readonly host: ConsumerHost;
  readonly groupId: string;
  memberId: string;
  memberEpoch = 0;
  /** What it was told to own last. */
  owned: NonNullable<Owned> = [];

  constructor(host: ConsumerHost, groupId: string, memberId: string) {
    this.host = host;
    this.groupId = groupId;
    this.memberId = memberId;
  }

  /** Joins with what it subscribes to. */
  join(told: Told): HeartbeatResponse {
    this.memberEpoch = 0;
    this.owned = [];
    return this.beat({ rebalanceTimeoutMs: 60_000, topicPartitions: [], ...told });
  }

  /** Sends a heartbeat and takes in the answer. */
  beat(told: Told = {}): HeartbeatResponse {
    const response = this.send(told);
    if (response.errorCode !== 0) return response;
    this.memberId = response.memberId ?? this.memberId;
    this.memberEpoch = response.memberEpoch;
    const assigned = response.assignment?.topicPartitions;
    if (assigned !== undefined) {
      this.owned = assigned.map(({ topicId, partitions }) => ({
        topicId,
        partitions: [...partitions],
      }));
    }
    return response;
  }

  /** Says what it owns, so that what it has given up is known to be free. */
  report(): HeartbeatResponse {
    return this.beat({ topicPartitions: this.owned });
  }

  /** Sends a heartbeat, and does not read the answer. */
  send(told: Told): HeartbeatResponse {
    const { version = 1, ...fields } = told;
    const { reply } = this.host.ask({
      kind: 'consumerGroupHeartbeat',
      context: { apiVersion: version, clientId: 'client', clientHost: '/127.0.0.1' },
      request: {
        groupId: this.groupId,
        memberId: this.memberId,
        memberEpoch: this.memberEpoch,
        instanceId: null,
        rackId: null,
        rebalanceTimeoutMs: -1,
        subscribedTopicNames: null,
        subscribedTopicRegex: null,
        serverAssignor: null,
        topicPartitions: null,
        ...fields,
      },
    });
    return must(reply);
  }
}

/** The name of a response's error. */
export function errorOf({ errorCode }: { readonly errorCode: number }): ErrorName | undefined {
  return errorName(errorCode);
}
