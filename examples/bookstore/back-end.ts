import type { Consumer, Producer } from 'kafkajs';
import { clientOf, startConsumer, startProducer } from '../common/client.ts';
import { Wire } from '../common/wire.ts';
import { type BackEndName, type Reply, type Request, seesTo } from './requests.ts';

/** A service of its own: reads requests as a group, answers those that are its own, counts the others. */
export class BackEnd {
  readonly name: BackEndName;
  receivedCount = 0;
  thrownAwayCount = 0;
  readonly #answer: (request: Request) => Reply;
  /** What was read and what was answered go over different connections, and are counted apart. */
  readonly readWire = new Wire();
  #producer: Producer | undefined;
  #consumer: Consumer | undefined;

  constructor(name: BackEndName, answer: (request: Request) => Reply) {
    this.name = name;
    this.#answer = answer;
  }

  async start(bootstrapServers: string, topic: string): Promise<void> {
    this.#producer = await startProducer(clientOf(bootstrapServers, this.name));
    this.#consumer = await startConsumer(
      clientOf(bootstrapServers, this.name, this.readWire),
      { groupId: this.name, topics: [topic] },
      ({ value }) => this.#receive(JSON.parse(value) as Request),
    );
    this.readWire.reset();
  }

  async #receive(request: Request): Promise<void> {
    this.receivedCount++;
    if (!seesTo(this.name, request.action)) {
      this.thrownAwayCount++;
      return;
    }
    const answer = { id: request.id, from: this.name, ...this.#answer(request) };
    await this.#producer?.send({
      topic: 'answers',
      messages: [{ key: request.customer, value: JSON.stringify(answer) }],
    });
  }

  async stop(): Promise<void> {
    await Promise.all([this.#consumer?.disconnect(), this.#producer?.disconnect()]);
  }
}
