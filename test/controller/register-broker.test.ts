import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  isController,
  lacksController,
  standForElection,
} from '../../src/controller/elect-controller.ts';
import { registerBroker, type Registration } from '../../src/controller/register-broker.ts';
import { announceStop, canHandOver, leadsNothing } from '../../src/controller/stop-broker.ts';
import { encodeValue, imageKeys } from '../../src/metadata/image-keys.ts';
import type { LiveImage } from '../../src/metadata/live-image.ts';
import { must } from '../../src/util/assert.ts';
import { brokerKeys, type TestRegistration } from '../metadata/broker-keys.ts';
import { carryOut, clusterOf } from './cluster.ts';
import { addTopic, setPartition } from './partitions.ts';

const said = { directoryIds: ['d'], hostName: 'h', bootId: 'b', folder: '1:2', figuresSecret: 's' };

function registration(overrides: Partial<Registration> = {}): Registration {
  return {
    nodeId: 1,
    rack: null,
    clusterId: 'c',
    leaseId: 'new',
    listeners: [],
    cleanEpoch: -1,
    alone: false,
    ...said,
    ...overrides,
  };
}

/** A cluster in which broker 1 of epoch 4 has been. */
function after(before: TestRegistration): LiveImage {
  const image = clusterOf(2);
  image.apply(7, [
    ...brokerKeys(1, { epoch: 4, leaseId: 'old', ...said, ...before }),
    { key: imageKeys.cluster, value: encodeValue({ clusterId: 'c' }) },
  ]);
  return image;
}

function register(image: LiveImage, overrides: Partial<Registration> = {}) {
  const [result] = carryOut(image, registerBroker(image, registration(overrides)));
  return { result: must(result), broker: must(image.brokers.get(1)) };
}

test('a broker registers with an epoch that nobody had, to be admitted by the controller', () => {
  const image = after({ live: false });
  const { result, broker } = register(image);
  assert.deepEqual(result, { outcome: 'registered', epoch: 8 });
  assert.deepEqual(
    [broker.epoch, broker.live, broker.admitted, broker.fenced, broker.leaseId],
    [8, true, false, true, 'new'],
  );
  assert.equal(image.controllerId, -1);
});

test('a broker alone on its store admits itself, as the controller, with the next epoch', () => {
  const image = clusterOf();
  const { result, broker } = register(image, { alone: true });
  assert.deepEqual(result, { outcome: 'registered', epoch: 1 });
  assert.deepEqual([broker.fenced, broker.uncleanShutdown, image.clusterId], [false, false, 'c']);
  assert.ok(isController(image, { nodeId: 1, epoch: 1 }));
  image.apply(2, [
    { key: imageKeys.live(1), value: null },
    { key: imageKeys.controller, value: null },
  ]);
  assert.deepEqual(register(image, { alone: true }).result, { outcome: 'registered', epoch: 2 });
});

test('a node id that was unregistered gets no epoch a second time', () => {
  const image = after({ live: false });
  image.apply(30, [{ key: imageKeys.broker(1), value: null }]);
  assert.deepEqual(register(image).result, { outcome: 'registered', epoch: 31 });
});

test('the same directories on the same machine replace a live registration at once, others wait', () => {
  assert.equal(register(after({})).result.outcome, 'registered');
  for (const other of [{ directoryIds: ['x'] }, { hostName: 'x' }, { folder: '1:3' }]) {
    const image = after({});
    const { result } = register(image, other);
    assert.equal(result.outcome, 'taken');
    assert.equal(image.brokers.get(1)?.epoch, 4);
    image.apply(9, [{ key: imageKeys.live(1), value: null }]);
    assert.equal(register(image, other).result.outcome, 'registered');
  }
});

test('a registration that happened though its outcome was not known is not made again', () => {
  const image = after({ live: false });
  register(image);
  const again = registerBroker(image, registration());
  assert.deepEqual(again.results, [{ outcome: 'registered', epoch: 8 }]);
  assert.deepEqual(again.changes.publish, []);
});

test('a return is clean after a stop in order, in the same boot, or when the lease alone was lost', () => {
  const cases: [Partial<Registration>, TestRegistration, boolean][] = [
    [{ cleanEpoch: 4, bootId: 'x' }, {}, false],
    [{ cleanEpoch: 3, bootId: 'x' }, {}, true],
    [{ cleanEpoch: -1, bootId: 'b' }, {}, false],
    [{ cleanEpoch: -1, bootId: 'x' }, {}, true],
    [{ cleanEpoch: -1, bootId: '' }, { bootId: '' }, true],
    [{ cleanEpoch: 'running', bootId: '' }, { bootId: '' }, false],
    // A copy of its folder, which need not have all that is in the page cache.
    [{ cleanEpoch: -1, folder: '1:3' }, {}, true],
    [{ cleanEpoch: 4, folder: '1:3' }, {}, false],
    // Another disk in the place of one that was lost.
    [{ cleanEpoch: 4 }, { directoryIds: ['d', 'lost'] }, true],
    // It returned unclean before, and died before anybody had acted on it.
    [{ cleanEpoch: 4 }, { uncleanShutdown: true }, true],
  ];
  for (const [overrides, before, unclean] of cases) {
    const { broker } = register(after({ live: false, ...before }), overrides);
    assert.equal(broker.uncleanShutdown, unclean, JSON.stringify([overrides, before]));
  }
  const first = clusterOf();
  assert.equal(register(first).broker.uncleanShutdown, false);
});

test('who comes back without a directory is waited for with all of them, as long as it is', () => {
  const image = after({ live: false, directoryIds: ['d', 'e'] });
  addTopic(image, 't', [{ replicas: [1, 2], isr: [], leader: -1, lastKnownElr: [1] }]);
  const back = (directoryIds: readonly string[]): readonly string[] => {
    const { broker } = register(image, { directoryIds });
    image.apply(image.revision + 1, [{ key: imageKeys.live(1), value: null }]);
    return broker.awaitedDirectoryIds;
  };
  assert.deepEqual(back(['d']), ['d', 'e']);
  assert.deepEqual(back(['d', 'new']), ['d', 'e']);
  assert.deepEqual(
    back(['d', 'e']),
    [],
    'both are there, and what the new one had nobody waited for',
  );
  assert.deepEqual(back(['d']), ['d', 'e']);
  const admitted = { epoch: 99, live: false, ...said, awaitedDirectoryIds: ['d', 'e'] };
  image.apply(image.revision + 1, brokerKeys(1, admitted));
  assert.deepEqual(back(['d']), ['d', 'e']);
  image.apply(image.revision + 1, brokerKeys(1, admitted));
  setPartition(image, 't', 0, { isr: [2], leader: 2, lastKnownElr: [] });
  assert.deepEqual(back(['d']), []);
});

test('who has a lease stands for election where there is no controller, and one is elected', () => {
  const image = after({});
  const own = { nodeId: 1, epoch: 4, leaseId: 'old' };
  assert.ok(lacksController(image));
  assert.equal(standForElection(image, { ...own, epoch: 3 }).changes.publish.length, 0);
  assert.equal(standForElection(image, { ...own, leaseId: 'x' }).changes.publish.length, 0);
  assert.deepEqual(carryOut(image, standForElection(image, own)), [{ nodeId: 1, epoch: 4 }]);
  assert.ok(isController(image, own));
  const other = { nodeId: 2, epoch: 1, leaseId: '' };
  assert.deepEqual(standForElection(image, other).results, []);
  // The key of a process that is dead, in whose place another one has registered.
  register(image);
  assert.ok(lacksController(image));
  assert.deepEqual(carryOut(image, standForElection(image, other)), [{ nodeId: 2, epoch: 1 }]);
});

test('a broker that is about to stop says so once, and can hand over to another that serves', () => {
  const image = after({});
  const own = { nodeId: 1, epoch: 4 };
  addTopic(image, 't', [{ replicas: [1, 2] }]);
  assert.deepEqual([canHandOver(image, own), leadsNothing(image, 1)], [true, false]);
  carryOut(image, announceStop(image, own));
  assert.deepEqual([image.brokers.get(1)?.stopping, image.brokers.get(1)?.fenced], [true, false]);
  assert.equal(announceStop(image, own).changes.publish.length, 0);
  assert.equal(announceStop(image, { nodeId: 2, epoch: 9 }).changes.publish.length, 0);
  assert.equal(canHandOver(image, { nodeId: 2, epoch: 1 }), false);
});
