import type { HistoryEvent } from '../../history/history.ts';

/** Whom a client talks to, and who is told what it sees. */
export interface ClientOptions {
  readonly bootstrapServers: string;
  readonly topic: string;
  readonly partitionCount: number;
}

/** Told of each event, in the order in which the client saw them. */
export type Tell = (event: HistoryEvent) => void;

/** Something that writes, reads or both, until it is told to end. */
export interface RunningClient {
  /** Writes no more; settles when all that was written has its answer. */
  endWriting(): Promise<void>;
  close(): Promise<void>;
  /** What it had to say of late, for whoever looks at a failure. */
  readonly complaints?: readonly string[];
}

/** A pause that a producer makes between two sends, so that a run has as many records as can be looked at. */
export const producerPauseMs = 20;

/** Records of a producer, each with a name and a number of its own. */
export class NumberedRecords {
  readonly #producer: string;
  readonly #topic: string;
  #sequence = 0;

  constructor(producer: string, topic: string) {
    this.#producer = producer;
    this.#topic = topic;
  }

  /** The next one, told as handed over to an idempotent producer with acks=all. */
  next(partition: number, tell: Tell): string {
    const sequence = this.#sequence++;
    const id = `${this.#producer}:${sequence}`;
    const common = { topic: this.#topic, partition, id } as const;
    const producer = this.#producer;
    tell({ kind: 'sent', ...common, producer, sequence, acks: 'all', isIdempotent: true });
    return id;
  }
}

/** What a reader of some partitions was given, told as reads, and as a change of place where one does not follow. */
export class ToldReads {
  readonly #options: { readonly reader: string; readonly topic: string; readonly group?: string };
  readonly #tell: Tell;
  readonly #next = new Map<number, number>();

  constructor(
    options: { readonly reader: string; readonly topic: string; readonly group?: string },
    tell: Tell,
  ) {
    this.#options = options;
    this.#tell = tell;
  }

  /**
   * Members of a group go on where it has committed, which may be behind or before what they had. Who is in none
   * reads on and on: a jump is not told, so that it is found.
   */
  read(partition: number, offset: number, id: string): void {
    const { topic, reader, group } = this.#options;
    const where = { topic, partition, offset, reader } as const;
    if (group !== undefined && this.#next.get(partition) !== offset) {
      this.#tell({ kind: 'position', ...where });
    }
    this.#next.set(partition, offset + 1);
    const ofGroup = group === undefined ? {} : { group };
    this.#tell({ kind: 'read', ...where, leaderEpoch: -1, id, ...ofGroup });
  }
}
