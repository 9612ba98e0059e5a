import type { Consumer, Kafka, Producer } from 'kafkajs';
import { clientOf, startConsumer, startProducer } from '../common/client.ts';
import type { Ball } from './matches.ts';

/** What is shown to the fans of a player when he has done something. */
export interface Advert {
  readonly player: string;
  readonly brand: string;
  readonly text: string;
}

const brands = ['Teatime tea', 'Roundabout bikes', 'Slow phones'];

/** Watches each match of the league, and places an advert for each four and six. */
export class Agency {
  readonly heard: Ball[] = [];
  readonly placed: { readonly ball: Ball; readonly advert: Advert }[] = [];
  readonly #kafka: Kafka;
  #producer: Producer | undefined;
  #consumer: Consumer | undefined;

  constructor(bootstrapServers: string) {
    this.#kafka = clientOf(bootstrapServers, 'agency');
  }

  /**
   * kafkajs looks for topics that match at this moment, once. So that the agency has those that were made since, it
   * subscribes again; the group's offsets have it go on where it was.
   */
  async subscribe(pattern: RegExp): Promise<void> {
    this.#producer ??= await startProducer(this.#kafka);
    await this.#consumer?.disconnect();
    this.#consumer = await startConsumer(
      this.#kafka,
      { groupId: 'agency', topics: [pattern] },
      ({ value }) => this.#watch(JSON.parse(value) as Ball),
    );
  }

  async #watch(ball: Ball): Promise<void> {
    this.heard.push(ball);
    if (ball.runs < 4) return;
    const brand = brands[this.placed.length % brands.length] ?? '';
    const text = `${ball.player} hits ${ball.runs}, with the strength of ${brand}`;
    const advert = { player: ball.player, brand, text };
    this.placed.push({ ball, advert });
    await this.#producer?.send({ topic: 'adverts', messages: [{ value: JSON.stringify(advert) }] });
  }

  async stop(): Promise<void> {
    await Promise.all([this.#consumer?.disconnect(), this.#producer?.disconnect()]);
  }
}
