import { until } from '../common/until.ts';
import { sum, type Wire } from '../common/wire.ts';
import { DirectReader, DirectSource } from './direct.ts';
import { type Price, pricesOf } from './exchanges.ts';
import { BrokerReader, BrokerSource } from './through-broker.ts';

const readerCount = 3;
const singly = 200;
const inLots = 20_000;
const lot = 200;

/** One way for prices to go from a source to three readers. */
interface Way {
  readonly tell: (prices: readonly Price[]) => void | Promise<void>;
  /** How many prices the readers have had, all together. */
  readonly heardCount: () => number;
  /** Called for each price that a reader has. */
  onHeard: () => void;
  readonly sourceWire: Wire;
  readonly readerWires: readonly Wire[];
  readonly close: () => void | Promise<void>;
}

interface Cost {
  readonly writtenBytes: number;
  readonly readBytes: number;
  readonly medianMs: number;
  readonly cpuMs: number;
}

/** The same prices both ways, measured, in one table. */
export async function showCost(bootstrapServers: string): Promise<void> {
  console.log(
    `4. What the broker costs: one exchange, ${readerCount} readers, ${inLots} prices in lots of ${lot}.\n`,
  );
  const direct = await measure(await directWay());
  const broker = await measure(await brokerWay(bootstrapServers));
  const rows: [string, string, string][] = [
    ['', 'direct', 'broker'],
    [
      'the exchange sends, bytes a price',
      perPrice(direct.writtenBytes),
      perPrice(broker.writtenBytes),
    ],
    ['a reader receives, bytes a price', perPrice(direct.readBytes), perPrice(broker.readBytes)],
    [
      'one price alone reaches all readers after, ms',
      direct.medianMs.toFixed(2),
      broker.medianMs.toFixed(2),
    ],
    [
      'CPU of everybody together, µs a price',
      perPrice(direct.cpuMs * 1000),
      perPrice(broker.cpuMs * 1000),
    ],
    ['a reader who was away has missed', 'all of it', 'nothing'],
  ];
  for (const [what, ofDirect, ofBroker] of rows) {
    console.log(`   ${what.padEnd(46)}${ofDirect.padStart(10)}${ofBroker.padStart(10)}`);
  }
  console.log(
    `\n   Measured now, on this machine, with everybody (exchange, readers, broker) in one process and kafkajs as the client.\n` +
      `   The median of ${singly} prices sent one at a time. With more readers the exchange's bytes grow on the left and stay\n` +
      '   on the right: there the broker pays.',
  );
}

async function measure(way: Way): Promise<Cost> {
  const times: number[] = [];
  for (const price of pricesOf('london', singly)) {
    const start = performance.now();
    let missing = readerCount;
    const all = new Promise<void>((resolve) => {
      way.onHeard = () => --missing === 0 && resolve();
    });
    await way.tell([price]);
    await all;
    times.push(performance.now() - start);
  }
  way.onHeard = () => {};
  for (const wire of [way.sourceWire, ...way.readerWires]) wire.reset();
  const prices = pricesOf('london', inLots);
  const before = way.heardCount();
  const cpu = process.cpuUsage();
  for (let at = 0; at < inLots; at += lot) await way.tell(prices.slice(at, at + lot));
  await until(
    'each reader has each price',
    () => way.heardCount() === before + readerCount * inLots,
  );
  const { user, system } = process.cpuUsage(cpu);
  const cost = {
    writtenBytes: way.sourceWire.sentBytes,
    readBytes: sum(way.readerWires.map(({ receivedBytes }) => receivedBytes)) / readerCount,
    medianMs: times.toSorted((a, b) => a - b)[singly / 2] ?? 0,
    cpuMs: (user + system) / 1000,
  };
  await way.close();
  return cost;
}

async function directWay(): Promise<Way> {
  const readers = Array.from({ length: readerCount }, () => new DirectReader(() => way.onHeard()));
  const source = new DirectSource();
  for (const reader of readers) await source.connectTo(await reader.listen());
  const way: Way = {
    tell: (prices) => source.tell(prices),
    heardCount: () => sum(readers.map(({ heard }) => heard.length)),
    onHeard: () => {},
    sourceWire: source.wire,
    readerWires: readers.map(({ wire }) => wire),
    close: () => {
      source.close();
      for (const reader of readers) reader.close();
    },
  };
  return way;
}

async function brokerWay(bootstrapServers: string): Promise<Way> {
  const readers = Array.from({ length: readerCount }, () => new BrokerReader(() => way.onHeard()));
  const source = new BrokerSource();
  const way: Way = {
    tell: (prices) => source.tell(prices),
    heardCount: () => sum(readers.map(({ heard }) => heard.length)),
    onHeard: () => {},
    sourceWire: source.wire,
    readerWires: readers.map(({ wire }) => wire),
    close: async () => {
      await Promise.all([source, ...readers].map((client) => client.close()));
    },
  };
  await Promise.all(readers.map((reader, at) => reader.subscribe(bootstrapServers, `cost-${at}`)));
  await source.connect(bootstrapServers, 'exchange');
  return way;
}

function perPrice(total: number): string {
  return (total / inLots).toFixed(1);
}
