import { clientOf, startConsumer } from '../common/client.ts';
import { until } from '../common/until.ts';
import type { Request, Wish } from './requests.ts';

/** What it wants to know, which nobody thought of when topics were named: who looked at what, and bought it. */
export const wantedByRecommender: readonly Wish['action'][] = ['details', 'buy'];

/** One back end more, which comes when the shop has been open for a while, and reads from the beginning. */
export class Recommender {
  receivedCount = 0;
  thrownAwayCount = 0;

  /** Reads all that there is. */
  async read(
    bootstrapServers: string,
    topics: readonly string[],
    requestCount: number,
  ): Promise<void> {
    const consumer = await startConsumer(
      clientOf(bootstrapServers, 'recommender'),
      { groupId: 'recommender', topics },
      ({ value }) => {
        const { action } = JSON.parse(value) as Request;
        this.receivedCount++;
        if (!wantedByRecommender.includes(action)) this.thrownAwayCount++;
      },
    );
    await until('the recommender has read all', () => this.receivedCount === requestCount);
    await consumer.disconnect();
  }
}
