import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unregisterBroker } from '../../src/controller/unregister-broker.ts';
import { encodeValue, imageKeys } from '../../src/metadata/image-keys.ts';
import { carryOut, clusterOf, settingsOf } from './cluster.ts';
import { addTopic, partitionIn } from './partitions.ts';

test('a fenced broker is forgotten, and is in no set any more whose members may lead', () => {
  const image = clusterOf(1, 2, { id: 3, live: false });
  addTopic(image, 't', [
    { replicas: [1, 2, 3], isr: [1], elr: [3] },
    { replicas: [1, 2] },
    { replicas: [3], isr: [], elr: [3], leader: -1, lastKnownElr: [3] },
    { replicas: [1, 3], isr: [], elr: [], leader: -1, lastKnownElr: [3] },
    { replicas: [1, 3], isr: [], elr: [3], leader: -1, lastKnownElr: [1] },
  ]);
  const untouched = partitionIn(image, 't', 1);
  const [result] = carryOut(image, unregisterBroker(image, 3, settingsOf()));
  assert.equal(result?.refusal, undefined);
  assert.deepEqual([...image.brokers.keys()], [1, 2]);
  const { replicas, isr, elr } = partitionIn(image, 't', 0);
  assert.deepEqual([replicas, isr, elr], [[1, 2, 3], [1], []]);
  assert.equal(partitionIn(image, 't', 1), untouched);
  assert.deepEqual([partitionIn(image, 't', 2).elr, partitionIn(image, 't', 2).leader], [[], -1]);
  // Another of its id would have none of its records; who led last is waited for as before.
  const waitedFor = [2, 3].map((index) => partitionIn(image, 't', index).lastKnownElr);
  assert.deepEqual(waitedFor, [[], []]);
  assert.equal(partitionIn(image, 't', 4).leader, 1);
});

test('what was set for a broker is forgotten with it, so that another of its id is not cordoned', () => {
  const image = clusterOf(1, { id: 3, live: false });
  const values = { 'cordoned.log.dirs': '*' };
  image.apply(2, [{ key: imageKeys.brokerConfig(3), value: encodeValue({ values }) }]);
  carryOut(image, unregisterBroker(image, 3, settingsOf()));
  assert.equal(image.brokerConfigs.has(3), false);
});

test('the registration is the last to go', () => {
  const image = clusterOf(1, { id: 3, live: false });
  addTopic(image, 't', [{ replicas: [1, 3], isr: [1, 3] }]);
  const { publish } = unregisterBroker(image, 3, settingsOf()).changes;
  assert.deepEqual(publish.at(-1)?.key, 'odradek/broker/3');
});

test('a broker that is alive is refused, and one that is not registered', () => {
  const image = clusterOf(1, 2, { id: 4, fenced: true });
  const refusalOf = (nodeId: number): string | undefined => {
    const [result] = carryOut(image, unregisterBroker(image, nodeId, settingsOf()));
    return result?.refusal && `${result.refusal.error}: ${result.refusal.message}`;
  };
  const alive = 'is alive: it can be unregistered once it has stopped and is fenced';
  assert.equal(refusalOf(2), `INVALID_REQUEST: Broker ID 2 ${alive}`);
  assert.equal(refusalOf(4), `INVALID_REQUEST: Broker ID 4 ${alive}`);
  assert.equal(refusalOf(7), 'BROKER_ID_NOT_REGISTERED: Broker ID 7 is not currently registered');
  assert.deepEqual([...image.brokers.keys()], [1, 2, 4]);
});
