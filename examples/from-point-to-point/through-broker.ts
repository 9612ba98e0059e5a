import type { Consumer, Producer } from 'kafkajs';
import { clientOf, startConsumer, startProducer } from '../common/client.ts';
import { Wire } from '../common/wire.ts';
import type { Price } from './exchanges.ts';

/** The one name that both sides know. */
export const topic = 'prices';

/** Somebody who wants prices, as a group or a member of one. */
export class BrokerReader {
  readonly heard: Price[] = [];
  readonly wire = new Wire();
  readonly #hear: (price: Price) => void;
  #consumer: Consumer | undefined;

  constructor(hear: (price: Price) => void = () => {}) {
    this.#hear = hear;
  }

  async subscribe(bootstrapServers: string, groupId: string, name = groupId): Promise<void> {
    const kafka = clientOf(bootstrapServers, name, this.wire);
    this.#consumer = await startConsumer(kafka, { groupId, topics: [topic] }, ({ value }) => {
      const price = JSON.parse(value) as Price;
      this.heard.push(price);
      this.#hear(price);
    });
  }

  async close(): Promise<void> {
    await this.#consumer?.disconnect();
  }
}

/** Somebody who has prices, and who knows the broker and nobody else. */
export class BrokerSource {
  readonly wire = new Wire();
  #producer: Producer | undefined;

  async connect(bootstrapServers: string, name: string): Promise<void> {
    this.#producer = await startProducer(clientOf(bootstrapServers, name, this.wire));
  }

  /** Says it once. The share is the key: the prices of a share stay in one partition, in their order. */
  async tell(prices: readonly Price[]): Promise<void> {
    const messages = prices.map((price) => ({ key: price.share, value: JSON.stringify(price) }));
    await this.#producer?.send({ topic, messages });
  }

  async close(): Promise<void> {
    await this.#producer?.disconnect();
  }
}
