/**
 * Who has news and who wants it: a maze of connections, what becomes of it with a broker between, three groups over
 * one feed, and what the broker costs.
 *
 * `node examples/from-point-to-point/main.ts`, and with `--keep` it goes on until Ctrl-C, with the console.
 */
import { createBroker } from '../../src/index.ts'; // in your project: from 'odradek'
import { keepGoing, readFlags } from '../common/keep.ts';
import { showAnalysts, startAnalysts } from './analysts.ts';
import { showCost } from './cost.ts';
import { exchanges, pricesOf } from './exchanges.ts';
import { showBroker, showMaze } from './maze.ts';

const flags = readFlags();
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
if (flags.keep) await keepFeeding();

/** The three analysts, with prices that go on. */
async function keepFeeding(): Promise<void> {
  await using broker = await createBroker({ topics: { prices: 4 }, console: true });
  const { source, close } = await startAnalysts(broker.bootstrapServers);
  await keepGoing([broker.consoleUrl], () =>
    source.tell(exchanges.flatMap((exchange) => pricesOf(exchange, 5))),
  );
  await close();
}
