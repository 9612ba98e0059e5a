import { errorCodes } from '../../../src/protocol/error-codes.ts';
import type { FakeAnswer, FakeBroker, FakeRequest } from '../fake-broker.ts';

interface CommittedPartition {
  readonly partitionIndex: number;
  readonly committedOffset: number;
}

interface NamedTopic<P> {
  readonly name: string;
  readonly partitions: readonly P[];
}

/**
 * The coordinator of one classic group with one member at a time, for tests of what that member does: it gives
 * what is asked for, and `errors` stand in the place of its next answers.
 */
export class FakeCoordinator {
  /** The error codes of the next answers to an API, the first one first. */
  readonly errors = new Map<string, number[]>();
  /** By `topic-partition`. */
  readonly committed = new Map<string, number>();
  memberId = '';
  generationId = 0;
  #joins = 0;

  constructor(broker: FakeBroker) {
    broker.scripts.push((request) => this.#answer(request));
  }

  /** The next answers to `api` are these errors. */
  refuse(api: string, ...codes: number[]): void {
    this.errors.set(api, [...(this.errors.get(api) ?? []), ...codes]);
  }

  #answer(request: FakeRequest): FakeAnswer | undefined {
    const error = this.errors.get(request.api)?.shift() ?? errorCodes.NONE;
    const { body } = request;
    switch (request.api) {
      case 'FindCoordinator':
        return { errorCode: error, nodeId: error === 0 ? 1 : -1, host: 'broker', port: 9092 };
      case 'JoinGroup':
        return error === 0 ? this.#join(body) : refusedJoin(error);
      case 'SyncGroup':
        return { errorCode: error, assignment: this.#assignmentOf(body) };
      case 'Heartbeat':
        return { errorCode: error };
      case 'LeaveGroup':
        return { errorCode: error, members: [] };
      case 'OffsetCommit':
        return { topics: this.#commit(body, error) };
      case 'OffsetFetch':
        return { errorCode: error, topics: this.#fetch(body) };
      default:
        return undefined;
    }
  }

  #join(body: Record<string, unknown>): object {
    const memberId = body['memberId'] as string;
    if (memberId === '') {
      this.memberId = `member-${++this.#joins}`;
      return { ...refusedJoin(errorCodes.MEMBER_ID_REQUIRED), memberId: this.memberId };
    }
    const [protocol] = body['protocols'] as { name: string; metadata: Uint8Array }[];
    return {
      errorCode: 0,
      generationId: ++this.generationId,
      protocolType: 'consumer',
      protocolName: protocol?.name ?? '',
      leader: memberId,
      memberId,
      members: [{ memberId, metadata: protocol?.metadata.slice() ?? new Uint8Array(0) }],
    };
  }

  #assignmentOf(body: Record<string, unknown>): Uint8Array {
    const shares = body['assignments'] as { memberId: string; assignment: Uint8Array }[];
    const share = shares.find(({ memberId }) => memberId === body['memberId']);
    return share?.assignment.slice() ?? new Uint8Array(0);
  }

  #commit(body: Record<string, unknown>, errorCode: number): object[] {
    const topics = body['topics'] as NamedTopic<CommittedPartition>[];
    return topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex, committedOffset }) => {
        if (errorCode === 0) this.committed.set(`${name}-${partitionIndex}`, committedOffset);
        return { partitionIndex, errorCode };
      }),
    }));
  }

  #fetch(body: Record<string, unknown>): object[] {
    const topics = body['topics'] as { name: string; partitionIndexes: number[] }[];
    return topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((partitionIndex) => ({
        partitionIndex,
        committedOffset: this.committed.get(`${name}-${partitionIndex}`) ?? -1,
        metadata: '',
        errorCode: 0,
      })),
    }));
  }
}

function refusedJoin(errorCode: number): object {
  return { errorCode, protocolName: '', leader: '', memberId: '', members: [] };
}
