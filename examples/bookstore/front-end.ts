import type { Consumer, Producer } from 'kafkajs';
import { clientOf, startConsumer, startProducer } from '../common/client.ts';
import type { Answer, Request, Wish } from './requests.ts';

/** The shop that customers see: turns what they want into requests, and waits for the answers. */
export class FrontEnd {
  readonly #topicOf: (action: Wish['action']) => string;
  readonly #waiting = new Map<string, (answer: Answer) => void>();
  readonly #asked: Wish['action'][] = [];
  #producer: Producer | undefined;
  #consumer: Consumer | undefined;

  /** `topicOf` is all that it knows of the back ends. */
  constructor(topicOf: (action: Wish['action']) => string) {
    this.#topicOf = topicOf;
  }

  /** How many requests there were, or how many of them with one of some actions. */
  requestCount(actions?: readonly Wish['action'][]): number {
    if (actions === undefined) return this.#asked.length;
    return this.#asked.filter((action) => actions.includes(action)).length;
  }

  async start(bootstrapServers: string): Promise<void> {
    const kafka = clientOf(bootstrapServers, 'front-end');
    this.#producer = await startProducer(kafka);
    this.#consumer = await startConsumer(
      kafka,
      { groupId: 'front-end', topics: ['answers'] },
      ({ value }) => {
        const answer = JSON.parse(value) as Answer;
        this.#waiting.get(answer.id)?.(answer);
        this.#waiting.delete(answer.id);
      },
    );
  }

  /** Publishes a wish of a customer, and resolves with what some back end answered. */
  async ask(customer: string, token: string | undefined, wish: Wish): Promise<Answer> {
    this.#asked.push(wish.action);
    const id = String(this.#asked.length);
    const answered = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    const request: Request = { id, customer, ...(token !== undefined && { token }), ...wish };
    await this.#producer?.send({
      topic: this.#topicOf(wish.action),
      messages: [{ key: customer, value: JSON.stringify(request) }],
    });
    return answered;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#consumer?.disconnect(), this.#producer?.disconnect()]);
  }
}
