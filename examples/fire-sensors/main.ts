/**
 * A building full of fire sensors. A control room has all of one block by a pattern of topics; the alarm has what is
 * hot, wherever it is, by content. The smallest sensors, and a panel beside a door, speak HTTP alone.
 *
 * `node examples/fire-sensors/main.ts`, and with `--keep` it goes on until Ctrl-C, with the console.
 */
import assert from 'node:assert/strict';
import { createBroker } from '../../src/index.ts'; // in your project: from 'odradek'
import { keepGoing, readFlags } from '../common/keep.ts';
import { until } from '../common/until.ts';
import { sum } from '../common/wire.ts';
import { blocks, hotCelsius, roundCount, sensors, sensorsEach, topicOf } from './building.ts';
import { Listener } from './listeners.ts';
import { Panel } from './panel.ts';
import { drawBlock } from './plan.ts';
import { TinySensor, type Voice, WiredSensor } from './sensors.ts';

const flags = readFlags();
const topics = [...new Set(sensors.map(topicOf))];
await using broker = await createBroker({
  topics: Object.fromEntries(topics.map((topic) => [topic, 1])),
  // Beside the console this is where HTTP is spoken; a port that is free, unless somebody wants to look.
  console: flags.keep || { port: 0 },
});
const { bootstrapServers, consoleUrl: httpUrl } = broker;
assert.ok(httpUrl !== undefined, 'HTTP is not served');

console.log(
  `1. ${sensors.length} sensors in ${blocks.length} blocks publish to ${topics.length} topics, by block and by what they measure.\n`,
);
console.log(`   40 sensors of heat  ──▶ [ block-a.heat  ]     … and so for blocks b to f
   10 sensors of smoke ──▶ [ block-a.smoke ]

   ${sensors.filter(({ isTiny }) => isTiny).length} of them are too small for a Kafka client. For each reading they POST to /topics/block-a.heat.\n`);

for (const block of blocks) {
  await broker.createTopic(`hot.block-${block}`, {
    config: {
      'odradek.source.topic': `block-${block}.heat`,
      'odradek.filter': `value.celsius >= ${hotCelsius}`,
    },
  });
}
const controlRoom = new Listener();
await controlRoom.subscribe(bootstrapServers, 'control-room-c', /^block-c\./);
const siftingAlarm = new Listener();
await siftingAlarm.subscribe(bootstrapServers, 'sifting-alarm', /\.heat$/);
const alarm = new Listener();
await alarm.subscribe(bootstrapServers, 'alarm', /^hot\./);

const panel = new Panel();
await panel.subscribe(httpUrl, 'block-c.heat', `value.celsius >= ${hotCelsius}`);

const voices: readonly Voice[] = await Promise.all(
  sensors.map(async (sensor) =>
    sensor.isTiny ? new TinySensor(httpUrl, sensor) : WiredSensor.start(bootstrapServers, sensor),
  ),
);
for (let round = 0; round < roundCount; round++) await sayAll(round);
await until('all is heard', () => {
  const ofBlock = sensorsEach * roundCount;
  const ofHeat = sensors.filter(({ kind }) => kind === 'heat').length * roundCount;
  return (
    controlRoom.heard.length === ofBlock &&
    siftingAlarm.heard.length === ofHeat &&
    alarm.heard.length === siftingAlarm.hot.length &&
    panel.heard.length === alarm.hot.filter(({ block }) => block === 'c').length
  );
});

showControlRoom();
showAlarm();
showHttp();
if (flags.keep) await keepGoing([broker.consoleUrl], () => sayAll(0));
await Promise.all([controlRoom, siftingAlarm, alarm, panel, ...voices].map((one) => one.stop()));

async function sayAll(round: number): Promise<void> {
  await Promise.all(voices.map((voice) => voice.say(round)));
}

function showControlRoom(): void {
  const { heard, topics: names } = controlRoom;
  console.log(
    `2. By pattern: the control room of block c subscribes to block-c.*, and has ${heard.length} of ${sensors.length * roundCount} readings.\n`,
  );
  console.log(drawBlock('c', heard));
  console.log(
    `   All from ${[...names].toSorted().join(' and ')}, none from another block. It keeps no list of\n` +
      '   sensors: one more on the ceiling of block c is heard as soon as it speaks.\n',
  );
}

function showAlarm(): void {
  console.log(
    `3. By content: the alarm wants what has ${hotCelsius}° and more, in whichever block.\n`,
  );
  tellOf('a) It subscribes to *.heat and sifts', siftingAlarm);
  tellOf(`b) It subscribes to hot.*, which are questions: value.celsius >= ${hotCelsius}`, alarm);
  const names = [...new Set(alarm.hot.map(({ sensor }) => sensor))].toSorted();
  const where = [...new Set(alarm.hot.map(({ block }) => block))].toSorted();
  console.log(`\n   Hot: ${names.join(', ')}, all in block ${where.join(' and ')}.`);
}

function tellOf(way: string, { heard, hot, wire }: Listener): void {
  console.log(
    `   ${way}:\n      ${heard.length} received, ${heard.length - hot.length} thrown away, ${wire.receivedBytes} bytes read.`,
  );
}

function showHttp(): void {
  const last = panel.heard.at(-1);
  console.log(
    `\n4. Over HTTP: the panel beside the door of block c is a web page. It asks for\n` +
      `   /topics/block-c.heat/stream?where=value.celsius >= ${hotCelsius}, and was told ${panel.heard.length} times; last ${last?.celsius}° at ${last?.sensor}.\n`,
  );
  tellOfWires('a sensor with a Kafka client', false);
  tellOfWires('a sensor that speaks HTTP alone', true);
}

function tellOfWires(who: string, isTiny: boolean): void {
  const wires = voices.filter(({ sensor }) => sensor.isTiny === isTiny).map(({ wire }) => wire);
  const sent = sum(wires.map(({ sentBytes }) => sentBytes)) / wires.length;
  const received = sum(wires.map(({ receivedBytes }) => receivedBytes)) / wires.length;
  console.log(
    `   For ${roundCount} readings ${who.padEnd(31)} sent ${sent.toFixed(0)} bytes and received ${received.toFixed(0)}.`,
  );
}
