/**
 * Goal: the whole broker runs on the simulated runtime, and one seed replays it byte for byte.
 * Method: a broker on one host, our own client on another. The client makes a topic and writes, and a group of
 * each protocol reads that and commits; in the midst of that the broker's process crashes, or its machine loses
 * power, and starts again; the client writes on and then reads everything. Each record that was acknowledged
 * before a crash must be there, once and in order, each commit that was acknowledged must be there, and the
 * groups must come to the end. The whole is run twice with each seed, and the traces of both runs are compared.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunningBroker } from '../../src/broker/broker.ts';
import { embeddedDefaults } from '../../src/broker/embedded-defaults.ts';
import { createClient } from '../../src/client/client.ts';
import { createSimulation, type Simulation } from '../../src/runtime/simulated/simulation.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { loadBrokerConfig } from '../../src/config/load-broker-config.ts';
import { CommittingGroup, committingGroupConfig } from './committing-group.ts';

const seeds = process.env['ODRADEK_SEED']?.split(',') ?? ['1', '2', '3', '4', '5', '6'];
const topic = 'simulated';
const recordCount = 120;
const utf8 = new TextEncoder();
const text = new TextDecoder();

/** `flush.messages=1` is the promise that survives power loss; a crash alone needs nothing. */
function startBroker(runtime: Runtime, synced: boolean): Promise<RunningBroker> {
  const { values } = loadBrokerConfig([
    {
      name: 'the test',
      unknownKeys: 'refuse',
      values: {
        ...embeddedDefaults({}),
        'group.min.session.timeout.ms': committingGroupConfig['group.min.session.timeout.ms'],
        listeners: 'PLAINTEXT://:9092',
        'advertised.listeners': 'PLAINTEXT://broker:9092',
        ...(synced ? { 'log.flush.interval.messages': 1 } : {}),
      },
    },
  ]);
  return RunningBroker.start(
    { values, directories: ['/data'], metadataDirectory: '/data', temporary: false },
    { runtime, logger: silentLogger },
  );
}

interface Outcome {
  readonly trace: string;
  readonly acknowledged: ReadonlyMap<string, number>;
  readonly read: readonly { readonly value: string; readonly offset: number }[];
  /** Commits that were acknowledged, of all groups. */
  readonly commitCount: number;
}

/** A group of each protocol, with two members. */
function startGroups(simulation: Simulation): {
  readonly groups: readonly CommittingGroup[];
  readonly ended: Promise<unknown>;
} {
  const groups = (['classic', 'consumer'] as const).map(
    (protocol) =>
      new CommittingGroup(
        {
          groupId: protocol,
          protocol,
          topic,
          partitionCount: 1,
          hosts: [`${protocol}0`, `${protocol}1`],
          onRecord: ({ offset }) => simulation.trace(`${protocol} group read ${offset}`),
        },
        { simulation },
      ),
  );
  return { groups, ended: Promise.all(groups.map((group) => group.run())) };
}

/** One run: see the head of this file. */
async function run(seed: string, fault: 'crash' | 'power loss'): Promise<Outcome> {
  const simulation = createSimulation({ seed });
  const synced = fault === 'power loss';
  await simulation.complete(startBroker(simulation.runtime('broker'), synced));
  const clientRuntime = simulation.runtime('client');
  const client = createClient({ bootstrapServers: 'broker:9092', clientId: 'test' }, clientRuntime);
  await simulation.complete(
    client.admin.createTopic({ name: topic, partitions: 1, replicationFactor: 1 }),
  );

  const { groups, ended } = startGroups(simulation);
  scheduleFault(simulation, fault, synced);
  const acknowledged = new Map<string, number>();
  const producer = client.producer({ acks: 'all' });
  const writing = (async () => {
    for (let i = 0; i < recordCount; i++) {
      const value = `record ${i}`;
      const sent = await producer.send({ topic, partition: 0, value: utf8.encode(value) });
      acknowledged.set(value, sent.offset);
    }
    await producer.close();
  })();
  await simulation.complete(writing);
  for (const group of groups) {
    await simulation.complete(group.caughtUp('client', [recordCount]));
    group.stop();
  }
  await simulation.complete(ended);
  for (const group of groups) group.close();

  const read: { value: string; offset: number }[] = [];
  const reading = (async () => {
    const consumer = await client.consumer({
      ranges: [{ topic, partition: 0, from: { at: 'beginning' }, until: { at: 'end' } }],
    });
    for await (const records of consumer.records()) {
      for (const { value, offset } of records) {
        read.push({ value: text.decode(value ?? new Uint8Array()), offset });
      }
    }
    consumer.close();
    client.close();
  })();
  await simulation.complete(reading);
  for (const { value, offset } of read) simulation.trace(`read ${offset} ${value}`);
  const commitCount = groups.reduce((sum, { commits }) => sum + commits.counts.acknowledged, 0);
  return { trace: simulation.traceText(), acknowledged, read, commitCount };
}

/** Twice, some time after writing has begun: the broker goes, and comes back a little later. */
function scheduleFault(
  simulation: Simulation,
  fault: 'crash' | 'power loss',
  synced: boolean,
): void {
  for (const aroundMs of [30, 300]) {
    simulation.after(aroundMs + simulation.random.below(40), () => {
      if (fault === 'crash') simulation.crash('broker');
      else simulation.powerLoss('broker');
      simulation.after(20 + simulation.random.below(50), () => {
        void startBroker(simulation.restart('broker'), synced);
      });
    });
  }
}

for (const fault of ['crash', 'power loss'] as const) {
  for (const seed of seeds) {
    test(`seed ${seed}: after a ${fault} and a restart, twice, every acknowledged record is there once and in order, and the run replays`, async () => {
      const first = await run(seed, fault);
      assert.equal(first.acknowledged.size, recordCount);
      assert.deepEqual(
        first.read.map(({ value }) => value),
        Array.from({ length: recordCount }, (_, i) => `record ${i}`),
      );
      for (const { value, offset } of first.read) {
        assert.equal(offset, first.acknowledged.get(value), `${value} is at its offset`);
      }
      assert.match(first.trace, new RegExp(fault));
      assert.ok(first.commitCount > 2, `${first.commitCount} commits are too few`);
      const second = await run(seed, fault);
      assert.equal(second.trace, first.trace);
    });
  }
}
