import type {
  BrokerFiguresRequest,
  BrokerFiguresResponse,
} from '../../protocol/messages/broker-figures.ts';

/** What brokers are asked for. */
export type Question = Omit<BrokerFiguresRequest, 'secret'>;

/** What a broker answered, and when by the clock of the one who asked. */
export interface Answer {
  readonly nodeId: number;
  /** Monotonic. */
  readonly atMs: number;
  readonly figures: BrokerFiguresResponse;
}

/** The newest answers, by node id. */
export type Answers = ReadonlyMap<number, Answer>;
