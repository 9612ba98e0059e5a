/*
 * Goal: each level of docs/DURABILITY.md keeps what it promises through each fault, and may lose what it does not
 * promise: the table says neither more nor less than these tests.
 * Method: brokers on simulated hosts, and the worst that a level allows. Where followers copy asynchronously they
 * are cut off when the last records are acknowledged; where a quorum has to have them, one follower is. Then the
 * fault, at once, and everything heals. With every seed all must be there that is promised, and with one of them
 * something must be missing that is not.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readRecords } from '../../src/broker/read-records.ts';
import type { PartitionImage } from '../../src/metadata/image.ts';
import { must } from '../../src/util/assert.ts';
import { SimulatedCluster } from '../broker/simulated-cluster.ts';
import { faults, levels, type Fault, type Level } from './levels.ts';

const seeds = process.env['ODRADEK_SEED']?.split(',') ?? ['1', '2', '3'];
const topic = 'orders';
const recordsEach = 5;
const utf8 = new TextEncoder();
const text = new TextDecoder();
const config = { 'replica.lag.time.max.ms': 2000, 'replica.fetch.wait.max.ms': 100 };

function stateAt(cluster: SimulatedCluster, nodeId: number): PartitionImage {
  const { image } = cluster.broker(nodeId).metadata;
  return must(image.topicsByName.get(topic)?.partitions[0]);
}

/** Cuts the leader, which is 1, off from those that the level does not wait for. */
function cutFollowers(cluster: SimulatedCluster, { brokers, acks }: Level): () => void {
  if (brokers === 1) return () => {};
  const followers = acks === 'all' ? [3] : [2, 3];
  for (const nodeId of followers) cluster.simulation.cut('broker1', `broker${nodeId}`);
  return () => {
    for (const nodeId of followers) cluster.simulation.heal('broker1', `broker${nodeId}`);
  };
}

/** What the leader alone is hit by, and not all at once. */
function hitsOne(fault: Fault): boolean {
  return fault === 'a process dies' || fault === 'a machine loses power';
}

/** What befalls the brokers. */
function strike(cluster: SimulatedCluster, { brokers }: Level, fault: Fault): void {
  for (let nodeId = 1; nodeId <= (hitsOne(fault) ? 1 : brokers); nodeId++) {
    if (fault.includes('power')) cluster.powerLoss(nodeId);
    else cluster.crash(nodeId);
  }
}

/** All run again, the leader as the last: if the others can do without it, they have by then. */
async function recover(cluster: SimulatedCluster, { brokers }: Level, fault: Fault): Promise<void> {
  if (brokers > 1) {
    if (!hitsOne(fault)) await cluster.startTogether([2, 3]);
    await cluster.simulation.runFor(20_000);
  }
  await cluster.start(1);
  await cluster.until(() => stateAt(cluster, 1).isr.length === brokers);
}

async function readAll(cluster: SimulatedCluster): Promise<string[]> {
  const { leader } = stateAt(cluster, 1);
  await cluster.until(() => {
    const { log } = cluster.partition(leader, topic);
    return log.highWatermark === log.logEndOffset;
  });
  const values: string[] = [];
  const reading = (async () => {
    const limits = { decompressedBytesMax: 1 << 20 };
    for await (const { value } of readRecords(cluster.partition(leader, topic), 0, limits)) {
      values.push(text.decode(value ?? undefined));
    }
  })();
  await cluster.complete(reading);
  return values;
}

/** What was acknowledged and is not there any more after the fault. */
async function lostBy(level: Level, fault: Fault, seed: string): Promise<string[]> {
  const cluster = await SimulatedCluster.start(level.brokers, { seed, config });
  const replicas = Array.from({ length: level.brokers }, (_, i) => i + 1);
  await cluster.createTopic(topic, replicas, level.configs);
  await cluster.until(() => stateAt(cluster, 1).isr.length === level.brokers);
  const producer = cluster.client().producer({ acks: level.acks });
  const acknowledged: string[] = [];
  const write = async (prefix: string): Promise<void> => {
    for (let i = 0; i < recordsEach; i++) {
      const value = `${prefix} ${i}`;
      await cluster.complete(producer.send({ topic, partition: 0, value: utf8.encode(value) }));
      acknowledged.push(value);
    }
  };
  await write('calm');
  await cluster.simulation.runFor(1000);
  const heal = cutFollowers(cluster, level);
  await write('last');
  strike(cluster, level, fault);
  heal();
  await recover(cluster, level, fault);
  const found = new Set(await readAll(cluster));
  return acknowledged.filter((value) => !found.has(value));
}

for (const level of levels) {
  for (const fault of faults) {
    const survives = level.survives.includes(fault);
    test(`${level.name}: when ${fault}, ${survives ? 'all is kept' : 'something may be lost'}`, async (t) => {
      let lost = 0;
      for (const seed of seeds) {
        const missing = await lostBy(level, fault, seed);
        if (survives) assert.deepEqual(missing, [], `ODRADEK_SEED=${seed}`);
        lost += missing.length;
      }
      t.diagnostic(`seeds ${seeds.join()}: ${lost} records lost`);
      if (!survives) assert.ok(lost > 0, 'the table says less than is kept');
    });
  }
}

test('the table of docs/DURABILITY.md says of each level what these tests show', () => {
  const lines = readFileSync(new URL('../../docs/DURABILITY.md', import.meta.url), 'utf8').split(
    '\n',
  );
  const cellsOf = (line: string): string[] =>
    line
      .split('|')
      .flatMap((cell, i, all) => (i === 0 || i === all.length - 1 ? [] : [cell.trim()]));
  const rows = lines.filter((line) => line.startsWith('| ')).map(cellsOf);
  const header = must(rows.find((cells) => cells.includes(faults[0])));
  const said = rows
    .filter((cells) => cells.some((cell) => cell === 'kept' || cell === 'may be lost'))
    .map((cells) => ({
      name: must(cells[0]).replaceAll('*', ''),
      survives: faults.filter((fault) => cells[header.indexOf(fault)] === 'kept'),
      settings: cells[1],
    }));
  assert.deepEqual(
    said,
    levels.map(({ name, survives, ...level }) => ({
      name,
      survives: [...survives],
      settings: settingsOf(level),
    })),
  );
});

/** A level's settings as the table has them. */
function settingsOf({
  brokers,
  acks,
  configs,
}: Pick<Level, 'brokers' | 'acks' | 'configs'>): string {
  const replicas = brokers === 1 ? '1 replica' : `${brokers} replicas`;
  const keys = Object.entries(configs).map(([key, value]) => `\`${key}=${value}\``);
  return [`\`acks=${acks}\``, replicas, ...keys].join(', ');
}
