import type {
  BrokerFiguresRequest,
  BrokerFiguresResponse,
} from '../protocol/messages/broker-figures.ts';
import type { Partition } from '../replication/partition.ts';

/** Where a client's requests come from: one object for as long as its connection lives. */
export interface ClientSource {
  readonly clientHost: string;
  readonly clientPort: number;
}

/** What the broker counts and tells of itself. */
export interface FiguresService {
  /** Whether somebody wants to know who writes: else `wrote` need not be called. */
  readonly followsWriters: boolean;
  /** A client has written a batch. HOT: bench=produce-small */
  wrote(source: ClientSource, clientId: string, partition: Partition, batch: WrittenBatch): void;
  /** A member of a group has told its coordinator that it lives. */
  memberSeen(groupId: string, memberId: string): void;
  /** Whether who asks knows the secret of this broker's registration. Takes as long whatever is wrong with it. */
  admits(secret: Uint8Array): boolean;
  /** What other brokers are told. */
  describe(request: Omit<BrokerFiguresRequest, 'secret'>): Promise<BrokerFiguresResponse>;
  /** What stands still, as the admin API tells it; undefined where the broker does not watch its cluster. */
  readonly whys: WhysOf | undefined;
}

/** Sentences about a topic or a group, which become JSON as they are. */
export type WhysOf = (kind: 'topic' | 'group', name: string) => Promise<readonly object[]>;

/** A batch, as far as it is counted. */
export interface WrittenBatch {
  readonly sizeBytes: number;
  readonly recordCount: number;
}
