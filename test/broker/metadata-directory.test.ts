/**
 * Goal: the metadata of a broker is where its configuration says, by itself and for good.
 * Method: brokers on the simulated runtime, whose directories do not exist before.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrokerSetup } from '../../src/broker/broker-setup.ts';
import { RunningBroker } from '../../src/broker/broker.ts';
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

function refusal(expected: string, value: string) {
  return (error: unknown): boolean => {
    assert.ok(hasCode(error, 'INVALID_CONFIG'), String(error));
    const { key, value: found, expected: wanted } = error.details;
    assert.deepEqual([key, found, wanted], ['metadata.log.dir', value, expected]);
    assert.match(error.message, /metadata\.log\.dir/);
    return true;
  };
}

async function startAndStop(simulation: Simulation, places: Places): Promise<RunningBroker> {
  const broker = await settle(simulation, start(simulation.runtime('a'), places));
  if (broker.metadata.image.topicsByName.size === 0) await settle(simulation, createTopic(broker));
  await settle(simulation, broker.stop());
  return broker;
}

test('a metadata.log.dir that is no longer set, or is another, is refused: the log directories know where the metadata is', async () => {
  const simulation = createSimulation({ seed: 1 });
  await startAndStop(simulation, apart);
  const { directories } = apart;
  for (const metadataDirectory of ['/disk1/logs', '/disk3/metadata']) {
    const places: Places = { directories, metadataDirectory };
    await assert.rejects(
      settle(simulation, start(simulation.runtime('a'), places)),
      refusal('/disk2/metadata', metadataDirectory),
    );
    const { files } = simulation.runtime('a');
    const journals = files.list(files.stat(metadataDirectory) ? metadataDirectory : '/');
    assert.ok(!journals.includes('odradek-metadata.journal'), 'no journal is begun');
  }
  assert.equal(retentionOf(await startAndStop(simulation, apart)), '5');
});

test('a log directory alone, without the one that has the metadata, is refused', async () => {
  const simulation = createSimulation({ seed: 1 });
  await startAndStop(simulation, { directories: ['/one', '/two'], metadataDirectory: '/one' });
  const alone: Places = { directories: ['/two'], metadataDirectory: '/two' };
  await assert.rejects(
    settle(simulation, start(simulation.runtime('a'), alone)),
    refusal('/one', '/two'),
  );
});

test('metadata that was moved, alone or with its directory, is where it is now', async () => {
  const simulation = createSimulation({ seed: 1 });
  const { files } = simulation.runtime('a');
  await startAndStop(simulation, apart);
  files.rename('/disk2/metadata', '/disk2/moved');
  const withIt: Places = { ...apart, metadataDirectory: '/disk2/moved' };
  assert.equal(retentionOf(await startAndStop(simulation, withIt)), '5');
  files.makeDirectory('/disk3');
  files.rename('/disk2/moved/odradek-metadata.journal', '/disk3/odradek-metadata.journal');
  const alone: Places = { ...apart, metadataDirectory: '/disk3' };
  assert.equal(retentionOf(await startAndStop(simulation, alone)), '5');
  files.rename('/disk1/logs', '/disk1/other');
  const logsToo: Places = { ...alone, directories: ['/disk1/other'] };
  assert.equal(retentionOf(await startAndStop(simulation, logsToo)), '5');
});

test('an old journal in a log directory does not stand in for the one that was used since', async () => {
  const simulation = createSimulation({ seed: 1 });
  const { files } = simulation.runtime('a');
  const together: Places = { directories: ['/logs'], metadataDirectory: '/logs' };
  await startAndStop(simulation, together);
  files.makeDirectory('/metadata');
  const journal = files.readFile('/logs/odradek-metadata.journal');
  files.replaceFile('/metadata/odradek-metadata.journal', journal);
  files.rename('/logs/odradek-metadata.journal', '/logs/kept');
  await startAndStop(simulation, { ...together, metadataDirectory: '/metadata' });
  files.rename('/logs/kept', '/logs/odradek-metadata.journal');
  await assert.rejects(
    settle(simulation, start(simulation.runtime('a'), together)),
    refusal('/metadata', '/logs'),
  );
});

test('a journal that is gone is refused, until the note of it is taken away', async () => {
  const simulation = createSimulation({ seed: 1 });
  const { files } = simulation.runtime('a');
  const places: Places = { directories: ['/logs'], metadataDirectory: '/logs' };
  await startAndStop(simulation, places);
  files.remove('/logs/odradek-metadata.journal');
  await assert.rejects(settle(simulation, start(simulation.runtime('a'), places)), (error) => {
    assert.ok(refusal('/logs', '/logs')(error));
    assert.match(String(error), /begin with odradek\.metadata/);
    return true;
  });
  const text = new TextDecoder().decode(files.readFile('/logs/meta.properties'));
  const left = text.split('\n').filter((line) => !line.startsWith('odradek.metadata'));
  files.replaceFile('/logs/meta.properties', new TextEncoder().encode(left.join('\n')));
  const again = await settle(simulation, start(simulation.runtime('a'), places));
  await settle(simulation, again.stop());
});

test('the metadata of another cluster is refused', async () => {
  const simulation = createSimulation({ seed: 1 });
  const { files } = simulation.runtime('a');
  await startAndStop(simulation, apart);
  await startAndStop(simulation, { directories: ['/logs'], metadataDirectory: '/other' });
  files.rename('/disk2/metadata', '/disk2/own');
  files.rename('/other', '/disk2/metadata');
  await assert.rejects(settle(simulation, start(simulation.runtime('a'), apart)), (error) => {
    assert.ok(hasCode(error, 'INVALID_CONFIG'));
    assert.equal(error.details.key, 'metadata.log.dir');
    assert.match(error.message, /cluster .* cluster /);
    return true;
  });
});

test('new log directories take the cluster of the metadata, which is in another place', async () => {
  const simulation = createSimulation({ seed: 1 });
  const first = await startAndStop(simulation, apart);
  const { clusterId } = first.metadata.image;
  const fresh: Places = { ...apart, directories: ['/disk4/logs'] };
  const second = await startAndStop(simulation, fresh);
  assert.equal(second.metadata.image.clusterId, clusterId);
  const { files } = simulation.runtime('a');
  const text = new TextDecoder().decode(files.readFile('/disk4/logs/meta.properties'));
  assert.ok(text.includes(`cluster.id=${clusterId}\n`), text);
});
