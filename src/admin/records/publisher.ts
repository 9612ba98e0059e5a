import type { RunningBroker } from '../../broker/broker.ts';
import type { OutgoingRecord, RecordMetadata } from '../../client/client-records.ts';
import type { Client } from '../../client/client.ts';
import type { Producer } from '../../client/producer.ts';
import { isError } from '../../util/is-error.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import type { ProblemDetails } from '../http/problem.ts';
import { problemOf } from '../http/problem.ts';

/** Whom a record must have reached before it counts as written. */
export type Acks = 0 | 1 | 'all';

/** What became of a record that was to be written. */
export type Published = RecordMetadata | Error;

/** How long a record may take; who waits over HTTP does not wait for long. */
const deliveryTimeoutMs = 15_000;
/** Records that come at about the same time are written together. */
const lingerMs = 1;

/** Writes what comes over HTTP, for all who send at once by one producer for each kind of acknowledgement. */
export class Publisher {
  readonly #broker: RunningBroker;
  readonly #client: Client;
  readonly #producers = new Map<Acks, Producer>();

  /** `client` may have topics created. */
  constructor(modules: { broker: RunningBroker; client: Client }) {
    this.#broker = modules.broker;
    this.#client = modules.client;
  }

  /**
   * Writes records, those of a partition in their order; the answers are in the order of all. A topic that is not
   * there is made where `auto.create.topics.enable` has it, else it throws `UNKNOWN_TOPIC`.
   */
  async publish(records: readonly OutgoingRecord[], acks: Acks): Promise<readonly Published[]> {
    for (const topic of new Set(records.map((record) => record.topic))) this.#requireTopic(topic);
    const producer = this.#producer(acks);
    const sent: Promise<Published>[] = [];
    for (const record of records) {
      if (producer.isFull) await producer.room();
      sent.push(settled(producer, record));
    }
    return Promise.all(sent);
  }

  #requireTopic(topic: string): void {
    const { config, metadata } = this.#broker;
    if (config.autoCreateTopicsEnable || metadata.image.topicsByName.has(topic)) return;
    throw new OdradekError(`there is no topic ${topic}`, { code: 'UNKNOWN_TOPIC', topic });
  }

  #producer(acks: Acks): Producer {
    const known = this.#producers.get(acks);
    if (known !== undefined) return known;
    const producer = this.#client.producer({ acks, deliveryTimeoutMs, lingerMs });
    this.#producers.set(acks, producer);
    return producer;
  }

  /** Gives up what is on its way. */
  close(): void {
    for (const producer of this.#producers.values()) producer.closeNow();
  }
}

function settled(producer: Producer, record: OutgoingRecord): Promise<Published> {
  return producer.send(record).catch((error: unknown) => {
    if (isError(error)) return error;
    throw error;
  });
}

/** Why a record was not written, as it is answered, and with which status. A defect is thrown. */
export function publishProblem(error: Error): { status: number; error: ProblemDetails } {
  const problem = problemOf(error);
  if (problem === undefined) throw error;
  return { status: problem.status, error: problem.details };
}
