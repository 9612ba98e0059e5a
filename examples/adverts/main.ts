/**
 * Adverts at the matches of a league: the agency has all matches by a pattern of names, the fans of a player have
 * the adverts that are about him by content.
 *
 * `node examples/adverts/main.ts`, and with `--keep` it goes on until Ctrl-C, with the console.
 */
import type { Producer } from 'kafkajs';
import { createBroker } from '../../src/index.ts'; // in your project: from 'odradek'
import { clientOf, startProducer } from '../common/client.ts';
import { keepGoing, readFlags } from '../common/keep.ts';
import { until } from '../common/until.ts';
import { Agency } from './agency.ts';
import { FanPage } from './fans.ts';
import { ballsOf, matchesOfToday, matchOfTomorrow } from './matches.ts';

const flags = readFlags();
const players = ['ViratKohli', 'MSDhoni', 'RishabhPant'];

await using broker = await createBroker({
  topics: { ...Object.fromEntries(matchesOfToday.map((match) => [match, 1])), adverts: 3 },
  console: flags.keep,
});
const { bootstrapServers } = broker;
const stadiums = await startProducer(clientOf(bootstrapServers, 'stadiums'));
const agency = new Agency(bootstrapServers);
await showPattern(stadiums);
showAdverts();
await showContent();
if (flags.keep) await keepShowing();
await Promise.all([stadiums.disconnect(), agency.stop()]);

async function play(producer: Producer, match: string): Promise<void> {
  const messages = ballsOf(match).map((ball) => ({ value: JSON.stringify(ball) }));
  await producer.send({ topic: match, messages });
}

async function showPattern(producer: Producer): Promise<void> {
  console.log('1. By pattern: the agency subscribes to ipl*, whatever matches there are.\n');
  console.log(
    [
      '   ipl-bengaluru-mumbai ───┐',
      '   ipl-chennai-delhi ──────┼──▶ agency, subscribed to ipl*',
      '   ipl-final (tomorrow) ───┘',
      '   tennis-final ──────────────▶ not for the agency',
      '',
    ].join('\n'),
  );
  await agency.subscribe(/^ipl/);
  for (const match of matchesOfToday) await play(producer, match);
  await until('the agency has heard of today', () => agency.heard.length === 2 * 42);
  for (const match of matchesOfToday)
    console.log(`   Of ${match} it heard ${heardOf(match)} balls.`);

  await broker.createTopic(matchOfTomorrow, { partitions: 1 });
  await play(producer, matchOfTomorrow);
  await agency.subscribe(/^ipl/);
  await until('the agency has heard of tomorrow', () => heardOf(matchOfTomorrow) === 42);
  console.log(
    `   Tomorrow there is a topic more. It subscribes again, and hears ${heardOf(matchOfTomorrow)} balls of ${matchOfTomorrow}.\n` +
      '   Nobody told the agency its name, and the stadium knows nothing of an agency.\n',
  );
}

function heardOf(match: string): number {
  return agency.heard.filter((ball) => ball.match === match).length;
}

function showAdverts(): void {
  console.log(
    `2. For each four and six it publishes an advert: ${agency.placed.length} in the topic adverts.\n`,
  );
  for (const { ball, advert } of agency.placed.slice(0, 3)) {
    console.log(
      `   ${ball.match} ──▶ agency ──▶ { player: '${advert.player}', brand: '${advert.brand}', … }`,
    );
  }
  console.log('   …\n');
}

async function showContent(): Promise<void> {
  console.log('3. By content: the fans of a player want the adverts that are about him.\n');
  console.log('   a) Each page reads all adverts, and throws away those about others:\n');
  for (const player of players) {
    const page = new FanPage(bootstrapServers, player, `sifting-for-${player}`);
    await page.subscribe('adverts');
    await until('the page has read all', () => page.receivedCount === agency.placed.length);
    tellOf(page);
    await page.stop();
  }
  console.log(
    "\n   b) Each page reads a filtered topic of its own, the question `value.player == '…'` put to adverts:\n",
  );
  for (const player of players) {
    const topic = `adverts-${player}`;
    await broker.createTopic(topic, {
      config: {
        'odradek.source.topic': 'adverts',
        'odradek.filter': `value.player == ${JSON.stringify(player)}`,
      },
    });
    const expected = agency.placed.filter(({ advert }) => advert.player === player).length;
    const page = new FanPage(bootstrapServers, player);
    await page.subscribe(topic);
    await until('the page has read all', () => page.receivedCount === expected);
    tellOf(page);
    await page.stop();
  }
  console.log(
    '\n   The agency publishes to adverts as before, and knows nothing of pages or players who have one.',
  );
}

/** The matches of today again and again, and a page for each player. */
async function keepShowing(): Promise<void> {
  const pages = players.map((player) => new FanPage(bootstrapServers, player));
  await Promise.all(pages.map((page) => page.subscribe(`adverts-${page.player}`)));
  await keepGoing([broker.consoleUrl], async () => {
    for (const match of matchesOfToday) await play(stadiums, match);
  });
  await Promise.all(pages.map((page) => page.stop()));
}

function tellOf({ player, receivedCount, shown, wire }: FanPage): void {
  const thrownAway = receivedCount - shown.length;
  console.log(
    `      ${player.padEnd(12)} received ${receivedCount}, shown ${shown.length}, thrown away ${thrownAway}, ${wire.receivedBytes} bytes read`,
  );
}
