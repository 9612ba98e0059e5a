/**
 * A bookstore: a front end, and three back ends for security, books and orders. Requests find their back end by the
 * topic that they are in, or by what they say; the same customers come each time, and what it costs is measured.
 *
 * `node examples/bookstore/main.ts`, and with `--keep` it goes on until Ctrl-C, with the console.
 */
import { keepGoing, readFlags } from '../common/keep.ts';
import type { Recommender } from './recommender.ts';
import { byContent, bySifting, byTopic, type Routing } from './routing.ts';
import { type Cost, Shop } from './shop.ts';

const routings: readonly Routing[] = [byTopic, bySifting, byContent];
const costs: Cost[] = [];

const recommenders: Recommender[] = [];

console.log('A customer who wants everything, once.\n');
const shop = await Shop.open(byTopic);
await shop.showVisit('ann');
console.log('');
// What runs for the first time is slower: nobody shall be measured by it.
await shop.runDay();
await shop.close();

for (const [at, routing] of routings.entries()) {
  console.log(`${at + 1}. ${routing.title[0]?.toUpperCase()}${routing.title.slice(1)}.\n`);
  console.log(`${routing.picture.join('\n')}\n`);
  await measure(routing);
}
showCosts();
if (readFlags().keep) await keepOpen();

async function measure(routing: Routing): Promise<void> {
  const measured = await Shop.open(routing);
  costs.push(await measured.runDay());
  recommenders.push(await measured.addRecommender());
  await measured.close();
}

/** Customers come and go. */
async function keepOpen(): Promise<void> {
  const open = await Shop.open(byContent, { console: true });
  await keepGoing([open.consoleUrl], async () => void (await open.runDay()));
  await open.close();
}

function showCosts(): void {
  console.log(
    `What each costs, for the same ${costs[0]?.requestCount} requests, of which most only look:\n`,
  );
  row('', (_, at) => `way ${at + 1}`);
  row('the back ends received', ({ receivedCount }) => receivedCount);
  row('  of that thrown away, not theirs', ({ thrownAwayCount }) => thrownAwayCount);
  row('  bytes, for each request', ({ readBytes }) => readBytes.toFixed(0));
  row('CPU of the whole shop, µs a request', ({ cpuMicros }) => cpuMicros.toFixed(0));
  row('who knows which back end does what', (_, at) => routings[at]?.knownTo);
  console.log('\n   Then one more comes, who wants to know who looked at what and bought it:\n');
  row('it received', (_, at) => recommenders[at]?.receivedCount);
  row('  of that thrown away', (_, at) => recommenders[at]?.thrownAwayCount);
}

/** A line of the table, with a cell for each way. */
function row(what: string, cell: (cost: Cost, at: number) => string | number | undefined): void {
  const cells = costs.map((cost, at) => String(cell(cost, at)).padStart(12));
  console.log(`   ${what.padEnd(38)}${cells.join('')}`);
}
