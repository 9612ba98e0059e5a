/**
 * How long groups take to settle. First as in a test: a broker and members in one process, with the goals
 * beside. Then groups of 3, 30 and 300 members that all start at once, each on a connection of its own, of
 * both protocols, until each has its partition: the median of some groups, and the CPU time of the broker.
 * The brokers are set as an embedded one is: 20 ms to gather the first members, heartbeats of 100 ms.
 *
 * `npm run bench -- groups [--tiny] [--bootstrap HOST:PORT --pid PID --name NAME]`
 */
import { brokerToMeasure, type BrokerProcess } from './lib/broker-process.ts';
import { measureEmbeddedGroups } from './lib/embedded-groups.ts';
import { median } from './lib/figures.ts';
import { groupSettings } from './lib/group-settings.ts';
import { measured } from './lib/process-cpu.ts';
import { createTopic } from './lib/topics.ts';
import { settle, type Protocol } from './lib/settle.ts';
import { awaitCoordinator } from './lib/wire-members.ts';
import { Wire } from './lib/wire.ts';

const tiny = process.argv.includes('--tiny');
const sizes = tiny ? [3, 5] : [3, 30, 300];
const rounds = tiny ? 1 : 7;

async function measure(broker: BrokerProcess, protocol: Protocol, size: number): Promise<void> {
  const wires = await Promise.all(
    Array.from({ length: size }, () => Wire.connect(broker.bootstrap)),
  );
  const topic = `bench-groups-${protocol}-${size}-${process.pid}`;
  const [first] = wires as [Wire];
  await createTopic(first, topic, size);
  const times: number[] = [];
  const { brokerCpuSeconds } = await measured(broker.pid, async () => {
    for (let i = 0; i < rounds; i++) {
      const groupId = `${topic}-${i}`;
      await awaitCoordinator(first, groupId);
      times.push(await settle(wires, protocol, { groupId, topic }));
    }
  });
  for (const wire of wires) wire.close();
  const cpuMs = ((brokerCpuSeconds * 1000) / rounds).toFixed(0);
  console.log(
    `${broker.name} ${protocol}: ${size} members settle in ${median(times).toFixed(0)} ms, with ${cpuMs} ms of the broker's CPU`,
  );
}

const broker = await brokerToMeasure(process.argv, groupSettings);
if (broker.dataDir !== undefined) await measureEmbeddedGroups(rounds);
for (const protocol of ['classic', 'consumer'] as const) {
  for (const size of sizes) await measure(broker, protocol, size);
}
await broker.stop();
