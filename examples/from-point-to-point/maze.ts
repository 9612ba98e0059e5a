import { sum } from '../common/wire.ts';
import { until } from '../common/until.ts';
import { DirectReader, DirectSource } from './direct.ts';
import { drawLinks, drawThrough } from './drawing.ts';
import { exchanges, pricesOf, readers } from './exchanges.ts';
import { BrokerReader, BrokerSource } from './through-broker.ts';

const pricesEach = 50;
const total = exchanges.length * pricesEach;

/** Each exchange has a connection to each reader; then one more reader comes. */
export async function showMaze(): Promise<void> {
  console.log(
    '1. Without a broker, each exchange connects to each of those who want its prices.\n',
  );
  const listening = readers.map(() => new DirectReader());
  const ports = await Promise.all(listening.map((reader) => reader.listen()));
  const sources = exchanges.map(() => new DirectSource());
  for (const source of sources) for (const port of ports) await source.connectTo(port);
  const links = exchanges.flatMap((from) => readers.map((to) => [from, to] as const));
  console.log(drawLinks(exchanges, readers, links));
  console.log(
    `\n   Connections that somebody has to know of: ${exchanges.length} × ${readers.length} = ${links.length}.`,
  );

  for (const [at, source] of sources.entries())
    source.tell(pricesOf(exchanges[at] ?? '', pricesEach));
  await until('each reader has each price', () =>
    listening.every(({ heard }) => heard.length === total),
  );

  const dora = new DirectReader();
  const port = await dora.listen();
  for (const source of sources) await source.connectTo(port);
  for (const [at, source] of sources.entries()) source.tell(pricesOf(exchanges[at] ?? '', 1));
  await until('dora hears the next prices', () => dora.heard.length === exchanges.length);
  console.log(
    `   Then dora wants them too: ${sources.length} exchanges are changed, and she has ${dora.heard.length} prices of the` +
      ` ${total + sources.length} so far.\n   What was said before she came, nobody kept.\n`,
  );
  for (const source of sources) source.close();
  for (const reader of [...listening, dora]) reader.close();
}

/** The same with a broker between, which all of them know and nothing else. */
export async function showBroker(bootstrapServers: string): Promise<void> {
  console.log(
    '2. With a broker, each knows the broker and the name of a topic, and nobody else.\n',
  );
  const subscribed = readers.map(() => new BrokerReader());
  await Promise.all(
    subscribed.map((reader, at) => reader.subscribe(bootstrapServers, readers[at] ?? '')),
  );
  const sources = exchanges.map(() => new BrokerSource());
  await Promise.all(
    sources.map((source, at) => source.connect(bootstrapServers, exchanges[at] ?? '')),
  );
  console.log(drawThrough(exchanges, 'broker', readers));

  await Promise.all(
    sources.map((source, at) => source.tell(pricesOf(exchanges[at] ?? '', pricesEach))),
  );
  await until('each reader has each price', () =>
    subscribed.every(({ heard }) => heard.length === total),
  );
  const sockets = sum([...subscribed, ...sources].map(({ wire }) => wire.openSockets));
  console.log(
    `\n   Connections that somebody has to know of: ${exchanges.length} + ${readers.length} = ${exchanges.length + readers.length}.` +
      ` (A Kafka client opens several sockets to its\n   broker: ${sockets} are open now. But none of them has to be thought of.)`,
  );

  const dora = new BrokerReader();
  await dora.subscribe(bootstrapServers, 'dora');
  await until('dora has read what there is', () => dora.heard.length === total);
  console.log(
    `   Then dora wants them too: nobody is changed, and she has ${dora.heard.length} prices of the ${total} so far. A reader may be\n` +
      '   new, late or down for a night: the broker keeps what was said, and she reads from where she likes.\n',
  );
  await Promise.all([...subscribed, dora, ...sources].map((client) => client.close()));
}
