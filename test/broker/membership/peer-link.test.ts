import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isRefused, PeerLink } from '../../../src/broker/membership/peer-link.ts';
import type { Connection } from '../../../src/runtime/runtime.ts';
import { createSimulation } from '../../../src/runtime/simulated/simulation.ts';
import { finish } from '../../metadata/store-contract.ts';

const address = { host: 'peer', port: 9092 };

function world() {
  const simulation = createSimulation({ seed: 1 });
  const peer = simulation.runtime('peer');
  const accepted: Connection[] = [];
  const listen = (onConnection: (connection: Connection) => void = () => {}) =>
    finish(
      simulation,
      peer.network.listen({ host: '', port: 9092 }, (connection) => {
        accepted.push(connection);
        connection.start({ onData: () => {}, onDrain: () => {}, onClose: () => {} });
        onConnection(connection);
      }),
    );
  const refusedMs: number[] = [];
  const link = (): PeerLink =>
    new PeerLink(address, simulation.runtime('own'), () => refusedMs.push(simulation.elapsedMs));
  return { simulation, accepted, listen, link, refusedMs };
}

test('a link that breaks is dialled at once, and tells of refusals until somebody listens again', async () => {
  const { simulation, accepted, listen, link, refusedMs } = world();
  const listener = await listen();
  link();
  await simulation.runFor(1000);
  assert.equal(accepted.length, 1);
  await finish(simulation, listener.close());
  const fromMs = simulation.elapsedMs;
  accepted[0]?.destroy();
  await simulation.runFor(20);
  assert.equal(refusedMs.length, 1, `refused within ${simulation.elapsedMs - fromMs} ms`);
  await simulation.runFor(3000);
  assert.ok(refusedMs.length > 3 && refusedMs.length < 12);
  await listen();
  await simulation.runFor(2000);
  assert.equal(accepted.length, 2);
  const toldTimes = refusedMs.length;
  await simulation.runFor(60_000);
  assert.equal(refusedMs.length, toldTimes);
});

test('a link that breaks and can be made again tells nothing', async () => {
  const { simulation, accepted, listen, link, refusedMs } = world();
  await listen();
  link();
  await simulation.runFor(1000);
  accepted[0]?.destroy();
  await simulation.runFor(1000);
  assert.deepEqual([accepted.length, refusedMs], [2, []]);
});

test('an address that never answered says nothing of a process', async () => {
  const { simulation, link, refusedMs } = world();
  link();
  await simulation.runFor(5000);
  assert.deepEqual(refusedMs, []);
});

test('one who takes connections and closes them at once is not dialled in a loop', async () => {
  const { simulation, accepted, listen, link, refusedMs } = world();
  await listen((connection) => connection.destroy());
  link();
  await simulation.runFor(10_000);
  assert.ok(accepted.length > 5 && accepted.length < 20, `${accepted.length} connections`);
  assert.deepEqual(refusedMs, []);
});

test('a link that was closed dials no more', async () => {
  const { simulation, accepted, listen, link } = world();
  await listen();
  const one = link();
  one.close();
  await simulation.runFor(5000);
  const second = link();
  await simulation.runFor(1000);
  second.close();
  const dialled = accepted.length;
  await simulation.runFor(5000);
  assert.equal(accepted.length, dialled);
});

test('a dial is refused where nobody listens, not where nobody answers', async () => {
  const { simulation, listen } = world();
  const { network } = simulation.runtime('own');
  assert.equal(await finish(simulation, isRefused(address, network)), true);
  await listen();
  assert.equal(await finish(simulation, isRefused(address, network)), false);
  simulation.cut('own', 'peer');
  assert.equal(await finish(simulation, isRefused(address, network)), false);
});
