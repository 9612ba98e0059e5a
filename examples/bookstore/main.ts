/**
 * A bookstore: a front end, and three back ends for security, books and orders. Requests find their back end by the
 * topic that they are in, or by what they say; the same customers come each time, and what it costs is measured.
 *
 * `node examples/bookstore/main.ts`, and with `--keep` it goes on until Ctrl-C, with the console.
 */
import { keepGoing, readFlags } from '../common/keep.ts';
import { byContent, bySifting, byTopic, type Routing } from './routing.ts';
import { type Cost, Shop } from './shop.ts';

const routings: readonly Routing[] = [byTopic, bySifting, byContent];
const costs: Cost[] = [];

// What runs for the first time is slower: nobody shall be measured by it.
const warmUp = await Shop.open(byTopic);
await warmUp.runDay();
await warmUp.close();

for (const [at, routing] of routings.entries()) {
  console.log(`${at + 1}. ${routing.title[0]?.toUpperCase()}${routing.title.slice(1)}.\n`);
  console.log(`${routing.picture.join('\n')}\n`);
  const shop = await Shop.open(routing);
  if (at === 0) {
    await shop.showVisit('ann');
    console.log('');
  }
  costs.push(await shop.runDay());
  await shop.close();
}
showCosts();
if (readFlags().keep) await keepOpen();

/** Customers come and go. */
async function keepOpen(): Promise<void> {
  const shop = await Shop.open(byContent, { console: true });
  await keepGoing([shop.consoleUrl], async () => void (await shop.runDay()));
  await shop.close();
}

function showCosts(): void {
  console.log(
    `What each costs, for the same ${costs[0]?.requestCount} requests, of which most only look:\n`,
  );
  row(
    '',
    routings.map((_, at) => `way ${at + 1}`),
  );
  row(
    'requests that the back ends received',
    costs.map(({ receivedCount }) => String(receivedCount)),
  );
  row(
    'of these thrown away, not theirs',
    costs.map(({ thrownAwayCount }) => String(thrownAwayCount)),
  );
  row(
    'bytes that they read, for each request',
    costs.map(({ readBytes }) => readBytes.toFixed(0)),
  );
  row(
    'CPU of the whole shop, µs a request',
    costs.map(({ cpuMicros }) => cpuMicros.toFixed(0)),
  );
  row(
    'who knows which back end does what',
    routings.map(({ knownTo }) => knownTo),
  );
  row(
    'one more back end, for buy and details',
    routings.map(({ oneMore }) => oneMore),
  );
}

function row(what: string, cells: readonly string[]): void {
  console.log(`   ${what.padEnd(42)}${cells.map((cell) => cell.padStart(16)).join('')}`);
}
