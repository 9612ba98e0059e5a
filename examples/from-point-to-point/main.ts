/**
 * Who has news and who wants it: a maze of connections, what becomes of it with a broker between, three groups over
 * one feed, and what the broker costs.
 *
 * `node examples/from-point-to-point/main.ts`
 */
import { createBroker } from '../../src/index.ts'; // in your project: from 'odradek'
import { showAnalysts } from './analysts.ts';
import { showCost } from './cost.ts';
import { showBroker, showMaze } from './maze.ts';

await showMaze();
{
  await using broker = await createBroker({ topics: { prices: 4 } });
  await showBroker(broker.bootstrapServers);
}
{
  await using broker = await createBroker({ topics: { prices: 4 } });
  await showAnalysts(broker.bootstrapServers);
}
{
  await using broker = await createBroker({ topics: { prices: 4 } });
  await showCost(broker.bootstrapServers);
}
