/**
 * Goal: the metadata of a broker is where its configuration says, by itself and for good.
 * Method: brokers on the simulated runtime, whose directories do not exist before.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RunningBroker, type BrokerSetup } from '../../src/broker/broker.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { createSimulation, type Simulation } from '../../src/runtime/simulated/simulation.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { brokerValues } from './simulated-broker.ts';

type Places = Pick<BrokerSetup, 'directories' | 'metadataDirectory'>;

function start(runtime: Runtime, places: Places, port = 9092): Promise<RunningBroker> {
  const listeners = `PLAINTEXT://0.0.0.0:${port}`;
  const values = brokerValues({ listeners, 'advertised.listeners': undefined });
  return RunningBroker.start(
    { values, temporary: false, ...places },
    { runtime, logger: silentLogger },
  );
}

async function settle<T>(simulation: Simulation, promise: Promise<T>): Promise<T> {
  let isSettled = false;
  const note = (): void => {
    isSettled = true;
  };
  promise.then(note, note);
  await simulation.run(() => isSettled);
  return promise;
}

async function createTopic(broker: RunningBroker): Promise<void> {
  const [created] = await broker.createTopics([
    {
      name: 'orders',
      numPartitions: 1,
      replicationFactor: -1,
      assignments: [],
      configs: [{ name: 'retention.ms', value: '5' }],
    },
  ]);
  assert.ok(created !== undefined && !('error' in created), JSON.stringify(created));
}

function retentionOf(broker: RunningBroker): string | undefined {
  return broker.metadata.image.topicsByName.get('orders')?.config.values.get('retention.ms');
}

const apart: Places = { directories: ['/disk1/logs'], metadataDirectory: '/disk2/metadata' };

test('metadata.log.dir is made where it is absent, though it is no log directory, and found again', async () => {
  const simulation = createSimulation({ seed: 1 });
  const first = await settle(simulation, start(simulation.runtime('a'), apart));
  await settle(simulation, createTopic(first));
  await settle(simulation, first.stop());
  const second = await settle(simulation, start(simulation.runtime('a'), apart));
  assert.equal(retentionOf(second), '5');
  await settle(simulation, second.stop());
});

test('a metadata.log.dir that is no log directory is locked as they are, and given back', async () => {
  const simulation = createSimulation({ seed: 1 });
  const runtime = simulation.runtime('a');
  const first = await settle(simulation, start(runtime, apart));
  const others: Places = { ...apart, directories: ['/disk3/logs'] };
  await assert.rejects(settle(simulation, start(runtime, others, 9093)), (error) => {
    assert.ok(hasCode(error, 'DATA_DIR_LOCKED'));
    assert.equal(error.details.path, '/disk2/metadata');
    return true;
  });
  await settle(simulation, first.stop());
  const second = await settle(simulation, start(runtime, others, 9093));
  await settle(simulation, second.stop());
});

test('log.dirs in another order do not make a second journal: the start says where the first one is', async () => {
  const simulation = createSimulation({ seed: 1 });
  const runtime = simulation.runtime('a');
  const places: Places = { directories: ['/one', '/two'], metadataDirectory: '/one' };
  const first = await settle(simulation, start(runtime, places));
  await settle(simulation, createTopic(first));
  await settle(simulation, first.stop());
  const turned: Places = { directories: ['/two', '/one'], metadataDirectory: '/two' };
  await assert.rejects(settle(simulation, start(runtime, turned)), (error) => {
    assert.ok(hasCode(error, 'INVALID_CONFIG'));
    assert.equal(error.details.key, 'metadata.log.dir');
    assert.equal(error.details.expected, '/one');
    return true;
  });
  const named: Places = { ...turned, metadataDirectory: '/one' };
  const second = await settle(simulation, start(runtime, named));
  assert.equal(retentionOf(second), '5');
  await settle(simulation, second.stop());
});

for (let seed = 1; seed <= 8; seed++) {
  test(`a directory that the first start made survives power loss with what was committed (seed ${seed})`, async () => {
    const simulation = createSimulation({ seed });
    const places: Places = {
      directories: ['/srv/odradek/logs'],
      metadataDirectory: '/srv/odradek/metadata',
    };
    const first = await settle(simulation, start(simulation.runtime('a'), places));
    await settle(simulation, createTopic(first));
    simulation.powerLoss('a');
    const second = await settle(simulation, start(simulation.restart('a'), places));
    assert.equal(retentionOf(second), '5');
    await settle(simulation, second.stop());
  });
}
