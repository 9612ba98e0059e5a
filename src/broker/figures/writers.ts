import type { ClientSource, WrittenBatch } from '../../apis/figures-service.ts';
import { Traffic } from '../../replication/traffic.ts';

/** A partition by its name. */
export interface PartitionName {
  readonly topic: string;
  readonly index: number;
}

/** Connections that are told apart; of more, the others are not counted. */
const writersMax = 1000;
/** Partitions that are told apart of a connection. */
const partitionsOfWriterMax = 64;
/** A connection that wrote nothing for so long is a producer no more. */
const producerMs = 10_000;

/** A connection that writes. */
export interface Writer {
  readonly source: ClientSource;
  /** The same as long as the connection lives. */
  readonly id: string;
  clientId: string;
  /** Monotonic. */
  lastWroteMs: number;
  readonly partitions: Map<PartitionName, Traffic>;
}

/** Which connections wrote lately, and what. Is told only while somebody looks (`isOn`). */
export class Writers {
  isOn = false;
  readonly #writers = new Map<ClientSource, Writer>();
  #ids = 0;

  /** A client has written a batch. HOT: bench=produce-small */
  wrote(
    source: ClientSource,
    clientId: string,
    partition: PartitionName,
    batch: WrittenBatch,
    nowMs: number,
  ): void {
    const writer = this.#writers.get(source) ?? this.#add(source, clientId);
    if (writer === undefined) return;
    writer.lastWroteMs = nowMs;
    const traffic = writer.partitions.get(partition) ?? addPartition(writer, partition);
    traffic?.add(batch.sizeBytes, batch.recordCount, 0);
  }

  #add(source: ClientSource, clientId: string): Writer | undefined {
    if (this.#writers.size >= writersMax) return undefined;
    this.#ids++;
    const id = `${this.#ids}`;
    const writer: Writer = { source, id, clientId, lastWroteMs: 0, partitions: new Map() };
    this.#writers.set(source, writer);
    return writer;
  }

  /** A tick has gone by: who writes no more is forgotten. */
  sample(tick: number, nowMs: number): void {
    for (const [source, writer] of this.#writers) {
      if (nowMs - writer.lastWroteMs > producerMs) this.#writers.delete(source);
      for (const traffic of writer.partitions.values()) traffic.sample(tick);
    }
  }

  /** Nobody looks any more. */
  stop(): void {
    this.isOn = false;
    this.#writers.clear();
  }

  /** Those that wrote lately, in no order. */
  all(): IterableIterator<Writer> {
    return this.#writers.values();
  }

  get size(): number {
    return this.#writers.size;
  }
}

/** A partition that the connection had not written to; in the place of one that it writes to no more, where there are many. */
function addPartition(writer: Writer, partition: PartitionName): Traffic | undefined {
  const { partitions } = writer;
  if (partitions.size >= partitionsOfWriterMax) {
    for (const [name, { isActive }] of partitions) {
      if (isActive) continue;
      partitions.delete(name);
      break;
    }
    if (partitions.size >= partitionsOfWriterMax) return undefined;
  }
  const traffic = new Traffic();
  partitions.set(partition, traffic);
  return traffic;
}
