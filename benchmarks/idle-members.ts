/**
 * What a member of a group that has its share, and nothing else to say, takes of the broker's heap: 10,000
 * members in groups of ten, of each protocol. Prints bytes a member, after a garbage collection and without
 * the connections, which are closed before.
 *
 * `npm run bench -- idle-members [--tiny] [--bootstrap HOST:PORT --pid PID --name NAME]`
 */
import { groupSettings } from './lib/group-settings.ts';
import { heapToMeasure, type HeapProcess } from './lib/heap-process.ts';
import { settle, type Protocol } from './lib/settle.ts';
import { createTopic } from './lib/topics.ts';
import { awaitCoordinator } from './lib/wire-members.ts';
import { Wire } from './lib/wire.ts';

const tiny = process.argv.includes('--tiny');
const groupSize = 10;
const groupCount = tiny ? 10 : 1000;
/** Groups that settle at the same time. */
const together = 20;

/** Groups come to be one after the other on each ten of the connections. */
async function join(
  broker: HeapProcess,
  protocol: Protocol,
  from: number,
  to: number,
): Promise<void> {
  const topic = `bench-idle-${protocol}-${process.pid}`;
  let next = from;
  const one = async (): Promise<void> => {
    const wires = await Promise.all(
      Array.from({ length: groupSize }, () => Wire.connect(broker.bootstrap)),
    );
    while (next < to) {
      await settle(wires, protocol, { groupId: `${topic}-${next++}`, topic });
    }
    for (const wire of wires) wire.close();
  };
  await Promise.all(Array.from({ length: together }, one));
}

async function measure(broker: HeapProcess, protocol: Protocol): Promise<void> {
  const wire = await Wire.connect(broker.bootstrap);
  const topic = `bench-idle-${protocol}-${process.pid}`;
  await createTopic(wire, topic, groupSize);
  await awaitCoordinator(wire, topic);
  // The first ones bring code and caches with them that are there once.
  const warmUp = groupCount / 10;
  await join(broker, protocol, 0, warmUp);
  const before = await broker.heapBytes();
  await join(broker, protocol, warmUp, warmUp + groupCount);
  const bytes = ((await broker.heapBytes()) - before) / (groupCount * groupSize);
  wire.close();
  console.log(
    `${broker.name} ${protocol}: ${groupCount * groupSize} members in groups of ${groupSize}, ${bytes.toFixed(0)} B of heap each`,
  );
}

const broker = await heapToMeasure(groupSettings);
for (const protocol of ['classic', 'consumer'] as const) await measure(broker, protocol);
await broker.stop();
