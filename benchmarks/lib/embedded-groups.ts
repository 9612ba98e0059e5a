import { createBroker, type Broker } from '../../src/index.ts';
import { createClient, type Client } from '../../src/client/client.ts';
import type { GroupConsumer } from '../../src/client/group/group-consumer.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { median } from './figures.ts';

type Protocol = 'classic' | 'consumer';

const topic = 'settled';
const partitionCount = 6;
/** Between two looks whether members have what they shall have. */
const lookMs = 1;

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A member in this process, as a test has it beside its broker. */
class Member {
  readonly consumer: GroupConsumer;
  readonly #client: Client;
  readonly #ended: Promise<void>;
  firstReadMs: number | undefined;

  constructor(broker: Broker, groupId: string, protocol: Protocol) {
    this.#client = createClient(
      { bootstrapServers: broker.bootstrapServers },
      createNodeRuntime({ unref: false }),
    );
    this.consumer = this.#client.groupConsumer({
      groupId,
      topics: [topic],
      protocol,
      heartbeatIntervalMs: 100,
    });
    this.#ended = this.#read();
  }

  async #read(): Promise<void> {
    for await (const records of this.consumer.records()) {
      this.firstReadMs ??= performance.now();
      this.consumer.processed(records);
    }
  }

  async leave(): Promise<void> {
    this.consumer.stop();
    await this.#ended;
    this.#client.close();
  }
}

async function until(isSo: () => boolean): Promise<number> {
  while (!isSo()) await pause(lookMs);
  return performance.now();
}

function settled(members: readonly Member[]): Promise<number> {
  const share = partitionCount / members.length;
  return until(() => members.every(({ consumer }) => consumer.partitions.length === share));
}

interface Round {
  readonly first: number;
  readonly three: number;
  readonly leave: number;
  readonly join: number;
}

/** One group after the other: one member; three that start within 20 ms; one leaves; one joins again. */
async function round(broker: Broker, protocol: Protocol, number: number): Promise<Round> {
  const groupId = `${protocol}-${number}`;
  let startMs = performance.now();
  const alone = new Member(broker, `${groupId}-alone`, protocol);
  const first = (await until(() => alone.firstReadMs !== undefined)) - startMs;
  await alone.leave();
  startMs = performance.now();
  const members: Member[] = [];
  for (let i = 0; i < 3; i++) {
    if (i > 0) await pause(8);
    members.push(new Member(broker, groupId, protocol));
  }
  const three = (await settled(members)) - startMs;
  await pause(200);
  await members.pop()?.leave();
  startMs = performance.now();
  const leave = (await settled(members)) - startMs;
  await pause(200);
  startMs = performance.now();
  members.push(new Member(broker, groupId, protocol));
  const join = (await settled(members)) - startMs;
  for (const member of members) await member.leave();
  return { first, three, leave, join };
}

/** How long groups of an embedded broker take to settle, on the real clock and beside what is aimed at. */
export async function measureEmbeddedGroups(rounds: number): Promise<void> {
  const broker = await createBroker({ topics: { [topic]: partitionCount } });
  const client = createClient(
    { bootstrapServers: broker.bootstrapServers },
    createNodeRuntime({ unref: false }),
  );
  const producer = client.producer();
  for (let partition = 0; partition < partitionCount; partition++) {
    await producer.send({ topic, partition, value: new Uint8Array(100) });
  }
  await producer.close();
  for (const protocol of ['classic', 'consumer'] as const) {
    const all: Round[] = [];
    // The first one warms up.
    for (let i = 0; i <= rounds; i++) all.push(await round(broker, protocol, i));
    const middle = (pick: (one: Round) => number): string =>
      median(all.slice(1).map(pick)).toFixed(0);
    console.log(
      `embedded ${protocol}: the first member reads after ${middle(({ first }) => first)} ms (goal 50), ` +
        `three settle in ${middle(({ three }) => three)} ms (goal 100), ` +
        `after one has left in ${middle(({ leave }) => leave)} ms, after one has joined in ` +
        `${middle(({ join }) => join)} ms (goal 50 beyond a heartbeat of 100)`,
    );
  }
  client.close();
  await broker.stop();
}
