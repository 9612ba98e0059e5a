import type { Consumer } from 'kafkajs';
import { clientOf, startConsumer } from '../common/client.ts';
import { Wire } from '../common/wire.ts';
import type { Advert } from './agency.ts';

/** The page that fans of one player look at. */
export class FanPage {
  readonly player: string;
  readonly shown: Advert[] = [];
  receivedCount = 0;
  readonly wire = new Wire();
  #consumer: Consumer | undefined;

  constructor(player: string) {
    this.player = player;
  }

  /** Reads a topic as a group of its own, and shows what is about its player. */
  async subscribe(bootstrapServers: string, topic: string): Promise<void> {
    const groupId = `fans-of-${this.player} (${topic})`;
    this.#consumer = await startConsumer(
      clientOf(bootstrapServers, groupId, this.wire),
      { groupId, topics: [topic] },
      ({ value }) => {
        this.receivedCount++;
        const advert = JSON.parse(value) as Advert;
        if (advert.player === this.player) this.shown.push(advert);
      },
    );
    this.wire.reset(); // what it took to join is not what is compared
  }

  async stop(): Promise<void> {
    await this.#consumer?.disconnect();
  }
}
