import type { Consumer, Kafka } from 'kafkajs';
import { clientOf, startConsumer } from '../common/client.ts';
import { Wire } from '../common/wire.ts';
import type { Advert } from './agency.ts';

/** The page that fans of one player look at. */
export class FanPage {
  readonly player: string;
  readonly shown: Advert[] = [];
  receivedCount = 0;
  readonly wire = new Wire();
  readonly #groupId: string;
  readonly #kafka: Kafka;
  #consumer: Consumer | undefined;

  constructor(bootstrapServers: string, player: string, groupId = `fans-of-${player}`) {
    this.player = player;
    this.#groupId = groupId;
    this.#kafka = clientOf(bootstrapServers, groupId, this.wire);
  }

  /** Reads a topic as a group of its own, and shows what is about its player. */
  async subscribe(topic: string): Promise<void> {
    this.#consumer = await startConsumer(
      this.#kafka,
      { groupId: this.#groupId, topics: [topic] },
      ({ value }) => {
        this.receivedCount++;
        const advert = JSON.parse(value) as Advert;
        if (advert.player === this.player) this.shown.push(advert);
      },
    );
    this.wire.reset(); // what it took to join is not what is compared
  }

  /** Stops for good: nobody goes on where this group was. */
  async stop(): Promise<void> {
    await this.#consumer?.disconnect();
    const admin = this.#kafka.admin();
    await admin.connect();
    await admin.deleteGroups([this.#groupId]);
    await admin.disconnect();
  }
}
