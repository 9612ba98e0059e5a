import { until } from '../common/until.ts';
import { sum } from '../common/wire.ts';
import { exchanges, type Price, pricesOf, shares } from './exchanges.ts';
import { BrokerReader, BrokerSource } from './through-broker.ts';

const pricesEach = 100;

/** What an analyst makes of the prices that were heard. */
type Opinion = (prices: readonly Price[]) => string;

/** Three analysts, and how many desks each of them has. */
const analysts: readonly (readonly [group: string, desks: number, opinion: Opinion])[] = [
  ['ann', 1, averages],
  ['ben', 1, widestRange],
  ['cid', 2, mostTraded],
];

interface Analysts {
  readonly desks: readonly { readonly group: string; readonly reader: BrokerReader }[];
  readonly source: BrokerSource;
  readonly close: () => Promise<void>;
}

/** Each desk joins its group, and a source is ready to tell them. */
export async function startAnalysts(bootstrapServers: string): Promise<Analysts> {
  const desks = analysts.flatMap(([group, count]) =>
    Array.from({ length: count }, (_, at) => ({ group, at, reader: new BrokerReader() })),
  );
  await Promise.all(
    desks.map(({ group, at, reader }) =>
      reader.subscribe(bootstrapServers, `analyst-${group}`, `analyst-${group}-${at + 1}`),
    ),
  );
  const source = new BrokerSource();
  await source.connect(bootstrapServers, 'exchanges');
  const close = async () => {
    const clients = [source, ...desks.map(({ reader }) => reader)];
    await Promise.all(clients.map((client) => client.close()));
  };
  return { desks, source, close };
}

/** Three groups over one feed: each has all of it, and the members of one share it. */
export async function showAnalysts(bootstrapServers: string): Promise<void> {
  console.log(
    '3. Three analysts look at one feed, each with questions of their own: three groups.\n',
  );
  const { desks, source, close } = await startAnalysts(bootstrapServers);
  await source.tell(exchanges.flatMap((exchange) => pricesOf(exchange, pricesEach)));

  const heardBy = (group: string) =>
    desks.filter((desk) => desk.group === group).map(({ reader }) => reader.heard);
  const total = exchanges.length * pricesEach;
  await until('each group has each price', () =>
    analysts.every(([group]) => sum(heardBy(group).map(({ length }) => length)) === total),
  );
  console.log(drawGroups(total));
  for (const [group, , opinion] of analysts) {
    const heard = heardBy(group);
    const shared = heard.map((prices, at) => `desk ${at + 1} had ${prices.length}`).join(', ');
    const count = sum(heard.map(({ length }) => length));
    console.log(
      `   ${group} had ${count} of ${total}${heard.length > 1 ? ` (${shared})` : ''}: ${opinion(heard.flat())}`,
    );
  }
  console.log(
    '\n   Groups do not take from each other: each has its own place in the topic. Inside a group each price goes to\n' +
      '   one desk; the prices of one share always to the same, since they have the same key.\n',
  );
  await close();
}

function drawGroups(total: number): string {
  const feed = `prices (${total})`;
  const blank = ' '.repeat(feed.length);
  return [
    `   ${blank}     ┌── group ann ───── desk 1      all of it`,
    `   ${feed} ────┼── group ben ───── desk 1      all of it`,
    `   ${blank}     └── group cid ──┬── desk 1      some shares`,
    `   ${blank}                     └── desk 2      the other shares`,
    '',
  ].join('\n');
}

function averages(prices: readonly Price[]): string {
  return `on average ${shares.map((share) => `${share} ${money(average(centsOf(prices, share)))}`).join(', ')}`;
}

function widestRange(prices: readonly Price[]): string {
  const ranges = shares.map((share) => {
    const cents = centsOf(prices, share);
    return { share, range: Math.max(...cents) - Math.min(...cents) };
  });
  const widest = ranges.toSorted((a, b) => b.range - a.range)[0];
  return `${widest?.share} moved most, by ${money(widest?.range ?? 0)}`;
}

function mostTraded(prices: readonly Price[]): string {
  const traded = shares.map((share) => ({
    share,
    pieces: sum(prices.filter((price) => price.share === share).map(({ pieces }) => pieces)),
  }));
  const most = traded.toSorted((a, b) => b.pieces - a.pieces)[0];
  return `${most?.share} was traded most, ${most?.pieces} pieces`;
}

function centsOf(prices: readonly Price[], share: string): number[] {
  return prices.filter((price) => price.share === share).map(({ cents }) => cents);
}

function average(numbers: readonly number[]): number {
  return sum(numbers) / numbers.length;
}

function money(cents: number): string {
  return (cents / 100).toFixed(2);
}
