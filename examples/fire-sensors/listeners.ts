import type { Consumer } from 'kafkajs';
import { clientOf, startConsumer } from '../common/client.ts';
import { Wire } from '../common/wire.ts';
import { hotCelsius, type Reading } from './building.ts';

/** Somebody who listens to topics that a pattern matches, as a group of its own. */
export class Listener {
  readonly heard: Reading[] = [];
  readonly wire = new Wire();
  /** Which topics had something for it. */
  readonly topics = new Set<string>();
  #consumer: Consumer | undefined;

  async subscribe(bootstrapServers: string, groupId: string, pattern: RegExp): Promise<void> {
    this.#consumer = await startConsumer(
      clientOf(bootstrapServers, groupId, this.wire),
      { groupId, topics: [pattern] },
      ({ topic, value }) => {
        this.topics.add(topic);
        this.heard.push(JSON.parse(value) as Reading);
      },
    );
    this.wire.reset();
  }

  get hot(): readonly Reading[] {
    return this.heard.filter(isHot);
  }

  async stop(): Promise<void> {
    await this.#consumer?.disconnect();
  }
}

/** Whether somebody has to run. */
export function isHot({ celsius = 0 }: Reading): boolean {
  return celsius >= hotCelsius;
}
