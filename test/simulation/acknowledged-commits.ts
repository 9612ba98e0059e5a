import assert from 'node:assert/strict';
import { ByteReader } from '../../src/protocol/byte-reader.ts';
import { decodeMessage } from '../../src/protocol/codec.ts';
import { readRequestHeader, readResponseHeader } from '../../src/protocol/header.ts';
import {
  offsetCommitRequest,
  offsetCommitResponse,
  type OffsetCommitRequest,
} from '../../src/protocol/messages/offset-commit.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { readInt16, readInt32 } from '../../src/util/bytes.ts';
import { overheard, type Eavesdropper } from '../broker/overheard-network.ts';

interface SentCommit {
  readonly version: number;
  readonly request: OffsetCommitRequest;
}

/** One partition of a commit that was acknowledged. */
export interface AcknowledgedCommit {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/**
 * The offsets whose commit a broker has acknowledged, as it went over the network: whatever a client makes of
 * it, none of these may be lost, and none may go back.
 */
export class AcknowledgedCommits {
  /** The furthest offset by group, topic and partition. */
  readonly #furthest = new Map<string, number>();
  /** How many commits were acknowledged, and how many refused. */
  readonly counts = { acknowledged: 0, refused: 0 };
  readonly #onAcknowledged: (commit: AcknowledgedCommit) => void;

  /** `onAcknowledged` is told of each. */
  constructor(onAcknowledged: (commit: AcknowledgedCommit) => void = () => {}) {
    this.#onAcknowledged = onAcknowledged;
  }

  /** The runtime of a client whose commits count. */
  around(runtime: Runtime): Runtime {
    return overheard(runtime, () => this.#ear());
  }

  /** What a group has committed of a partition for sure; 0 for nothing. */
  leastOf(groupId: string, topic: string, partition: number): number {
    return this.#furthest.get(keyOf(groupId, topic, partition)) ?? 0;
  }

  #ear(): Eavesdropper {
    const sent = new Map<number, SentCommit>();
    return {
      requested: (frame) => {
        if (readInt16(frame, 0) !== offsetCommitRequest.apiKey) return;
        const reader = new ByteReader([frame]);
        const { requestApiVersion: version, correlationId } = readRequestHeader(reader);
        const request = decodeMessage(offsetCommitRequest, version, reader);
        sent.set(correlationId, { version, request });
      },
      answered: (frame) => {
        const commit = sent.get(readInt32(frame, 0));
        if (commit !== undefined) this.#answered(commit, frame);
        sent.delete(readInt32(frame, 0));
      },
    };
  }

  #answered({ version, request }: SentCommit, frame: Uint8Array): void {
    const reader = new ByteReader([frame]);
    readResponseHeader(offsetCommitRequest.apiKey, version, reader);
    const { topics } = decodeMessage(offsetCommitResponse, version, reader);
    for (const [i, { name, partitions }] of topics.entries()) {
      for (const [j, { partitionIndex, errorCode }] of partitions.entries()) {
        const asked = request.topics[i]?.partitions[j];
        assert.equal(asked?.partitionIndex, partitionIndex);
        if (errorCode === 0) {
          this.#acknowledged({
            group: request.groupId,
            topic: name,
            partition: partitionIndex,
            offset: asked.committedOffset,
          });
        } else this.counts.refused++;
      }
    }
  }

  #acknowledged(commit: AcknowledgedCommit): void {
    const { group, topic, partition, offset } = commit;
    const key = keyOf(group, topic, partition);
    this.counts.acknowledged++;
    this.#furthest.set(key, Math.max(offset, this.#furthest.get(key) ?? 0));
    this.#onAcknowledged(commit);
  }
}

function keyOf(groupId: string, topic: string, partition: number): string {
  return `${groupId} ${topic} ${partition}`;
}
