import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Connection, Runtime } from '../../../src/runtime/runtime.ts';
import { createSimulation, type Simulation } from '../../../src/runtime/simulated/simulation.ts';
import { hasCode } from '../../../src/util/odradek-error.ts';
import { sum } from '../node/background-tasks.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Answers each chunk with itself, and writes it down. */
async function startEcho({ network, files }: Runtime): Promise<void> {
  const log = files.open('/data/echo', 'create');
  await network.listen({ host: '0.0.0.0', port: 9092 }, (connection) => {
    connection.start({
      onData(chunk) {
        log.writev([chunk], log.size());
        void log.sync().then(() => connection.write([chunk]));
      },
      onDrain() {},
      onClose() {},
    });
  });
}

/** Sends something every 10 ms, reconnecting when it must; what came back is appended to `received`. */
async function keepSending(runtime: Runtime, target: string, received: string[]): Promise<void> {
  const { network, timers, random } = runtime;
  const pause = (): Promise<void> => new Promise((resolve) => timers.setTimer(10, resolve));
  for (;;) {
    try {
      const connection = await network.connect(target, 9092);
      await sendUntilClosed(connection, pause, () => random.bytes(4), received);
    } catch (error) {
      received.push(hasCode(error, 'CONNECTION_FAILED') ? 'failed' : String(error));
      await pause();
    }
  }
}

async function sendUntilClosed(
  connection: Connection,
  pause: () => Promise<void>,
  next: () => Uint8Array,
  received: string[],
): Promise<void> {
  let open = true;
  connection.start({
    onData: (chunk) => received.push(Buffer.from(chunk).toString('hex')),
    onDrain() {},
    onClose(error) {
      open = false;
      received.push(error === undefined ? 'closed' : 'broken');
    },
  });
  while (open) {
    connection.write([next()]);
    await pause();
  }
}

/** Three hosts with all that can happen to them, at moments that the seed chooses. */
async function eventfulRun(seed: number): Promise<{ trace: string; received: string[] }> {
  const simulation = createSimulation({ seed });
  const received: string[] = [];
  await simulation.complete(startEcho(simulation.runtime('server')));
  for (const client of ['client-1', 'client-2']) {
    void keepSending(simulation.runtime(client), 'server', received);
  }
  void simulation
    .runtime('server')
    .background.run(sum, { upTo: 500 })
    .then((total) => simulation.trace(`sum ${total}`));
  for (let round = 0; round < 6; round++) {
    await simulation.runFor(simulation.random.between(20, 300));
    await disturb(simulation);
  }
  return { trace: simulation.traceText(), received };
}

async function disturb(simulation: Simulation): Promise<void> {
  switch (simulation.random.below(3)) {
    case 0:
      simulation.cut('server', 'client-1');
      await simulation.runFor(200);
      return simulation.heal('server', 'client-1');
    case 1:
      simulation.crash('server');
      break;
    default:
      simulation.powerLoss('server');
  }
  await simulation.runFor(simulation.random.between(10, 500));
  await simulation.complete(startEcho(simulation.restart('server')));
}

describe('Simulation', () => {
  it('the same seed gives the same trace, byte for byte; another seed another', async () => {
    const traces = new Set<string>();
    for (const seed of [1, 2, 3]) {
      const first = await eventfulRun(seed);
      const second = await eventfulRun(seed);
      assert.equal(first.trace, second.trace, `seed ${seed}`);
      assert.deepEqual(first.received, second.received);
      assert.ok(first.received.length > 50, 'something went on');
      assert.ok(first.trace.includes('sum 125250') || first.trace.includes('crash server'));
      traces.add(first.trace);
    }
    assert.equal(traces.size, 3);
  });

  it('time is virtual: an hour passes at once, timers fire at their moment and in order', async () => {
    const simulation = createSimulation({ seed: 1, startMs: 1_000_000 });
    const { clock, timers } = simulation.runtime('a');
    const fired: [number, number][] = [];
    const startMs = clock.monotonicMs();
    for (const delayMs of [3_600_000, 5, 5, 0]) {
      timers.setTimer(delayMs, () =>
        fired.push([delayMs, Math.floor(clock.monotonicMs() - startMs)]),
      );
    }
    timers.clearTimer(timers.setTimer(7, () => fired.push([7, 7])));
    await simulation.runFor(3_600_001);
    assert.deepEqual(fired, [
      [0, 0],
      [5, 5],
      [5, 5],
      [3_600_000, 3_600_000],
    ]);
    assert.equal(clock.nowMs(), 4_600_001);
    simulation.shiftClock('a', -500_000);
    assert.equal(clock.nowMs(), 4_100_001);
    assert.equal(simulation.runtime('b').clock.nowMs(), 4_600_001);
  });

  it('every promise reaction of an event runs before the next event, however long the chain', async () => {
    const simulation = createSimulation({ seed: 1 });
    const { timers } = simulation.runtime('a');
    const order: string[] = [];
    timers.setTimer(1, () => {
      void (async () => {
        for (let i = 0; i < 1_000; i++) await Promise.resolve();
        order.push('end of the chain');
      })();
    });
    timers.setTimer(1, () => order.push('next event'));
    assert.equal(await simulation.step(), true);
    assert.deepEqual(order, ['end of the chain']);
    assert.equal(await simulation.step(), true);
    assert.equal(await simulation.step(), false);
    assert.deepEqual(order, ['end of the chain', 'next event']);
  });

  it('atTurnEnd comes after the event that asked for it, once for all of it', async () => {
    const simulation = createSimulation({ seed: 1 });
    const { timers } = simulation.runtime('a');
    const order: string[] = [];
    timers.setTimer(1, () => {
      timers.atTurnEnd(() => order.push('a'));
      timers.atTurnEnd(() => order.push('b'));
      order.push('event');
    });
    await simulation.runFor(2);
    assert.deepEqual(order, ['event', 'a', 'b']);
    assert.equal(simulation.traceText().match(/turn end/g)?.length, 1);
  });

  it('what waits for something that cannot come fails instead of hanging', async () => {
    const simulation = createSimulation({ seed: 42 });
    const { timers } = simulation.runtime('a');
    await assert.rejects(simulation.complete(new Promise(() => {})), /seed 42/);
    const tick = (): void => {
      timers.setTimer(100, tick);
    };
    tick();
    await assert.rejects(
      simulation.run(() => false, { limitMs: 1_000 }),
      /in 1000 ms/,
    );
    await assert.rejects(simulation.complete(Promise.reject(new Error('told on'))), /told on/);
  });

  it('a process that crashed does nothing any more, and its peers are told', async () => {
    const simulation = createSimulation({ seed: 5 });
    const { timers, network, files } = simulation.runtime('a');
    const ran: string[] = [];
    timers.setTimer(5, () => ran.push('timer'));
    timers.atTurnEnd(() => ran.push('turn end'));
    void files.syncDirectory('/data').then(() => ran.push('disk'));
    void network.connect('nowhere', 1).catch(() => ran.push('network'));
    const accepted: Connection[] = [];
    const listening = network.listen({ host: 'a', port: 9092 }, (connection) => {
      accepted.push(connection);
      connection.start({
        onData: () => ran.push('data'),
        onDrain() {},
        onClose: () => ran.push('close'),
      });
    });
    await listening;
    let closedWith: Error | undefined;
    const client = await simulation.complete(simulation.runtime('b').network.connect('a', 9092));
    client.start({ onData() {}, onDrain() {}, onClose: (error) => (closedWith = error) });
    await simulation.run(() => accepted.length === 1);
    ran.length = 0;
    timers.setTimer(1, () => ran.push('later timer'));
    client.write([bytes('on its way')]);
    simulation.crash('a');
    assert.equal(simulation.isUp('a'), false);
    await simulation.runFor(100);
    assert.ok(hasCode(closedWith, 'CONNECTION_CLOSED'));
    assert.deepEqual(ran, []);
    const again = simulation.complete(simulation.runtime('b').network.connect('a', 9092));
    await assert.rejects(again, (error) => hasCode(error, 'CONNECTION_FAILED'));
    simulation.restart('a');
    await simulation.runFor(100);
    assert.deepEqual(ran, []);
  });

  it('hosts that are cut off from each other wait, and what they sent arrives in order once healed', async () => {
    const simulation = createSimulation({ seed: 6 });
    let text = '';
    await simulation.runtime('a').network.listen({ host: '0.0.0.0', port: 1 }, (connection) => {
      const onData = (chunk: Uint8Array): void => {
        text += new TextDecoder().decode(chunk);
      };
      connection.start({ onData, onDrain() {}, onClose() {} });
    });
    const { network } = simulation.runtime('b');
    const client = await simulation.complete(network.connect('a', 1));
    client.start({ onData() {}, onDrain() {}, onClose() {} });
    simulation.cut('a', 'b');
    for (let i = 0; i < 10; i++) client.write([bytes(`${i}`)]);
    const { elapsedMs } = simulation;
    await assert.rejects(simulation.complete(network.connect('a', 1)), (error) =>
      hasCode(error, 'CONNECTION_FAILED'),
    );
    assert.ok(simulation.elapsedMs - elapsedMs >= 10_000, 'a connection attempt takes its time');
    assert.equal(text, '');
    simulation.heal('a', 'b');
    await simulation.run(() => text === '0123456789');
  });

  it('nobody is told of a power loss until the machine is back or has been silent for long', async () => {
    for (const comesBack of [true, false]) {
      const simulation = createSimulation({ seed: 8 });
      await simulation.runtime('a').network.listen({ host: '0.0.0.0', port: 1 }, (connection) => {
        connection.start({ onData() {}, onDrain() {}, onClose() {} });
      });
      const client = await simulation.complete(simulation.runtime('b').network.connect('a', 1));
      const errors: unknown[] = [];
      client.start({ onData() {}, onDrain() {}, onClose: (error) => errors.push(error) });
      simulation.powerLoss('a');
      client.write([bytes('x')]);
      await simulation.runFor(5_000);
      assert.deepEqual(errors, []);
      if (comesBack) simulation.restart('a');
      await simulation.runFor(comesBack ? 100 : 15_000);
      assert.equal(errors.length, 1);
      assert.match(String(errors[0]), comesBack ? /ECONNRESET/ : /ETIMEDOUT/);
    }
  });

  it('an address that is bound to loopback is reached from its own host alone', async () => {
    const simulation = createSimulation({ seed: 9 });
    const { network } = simulation.runtime('a');
    const listener = await network.listen({ host: 'localhost', port: 0 }, () => {});
    const own = await simulation.complete(network.connect('localhost', listener.port));
    assert.equal(own.remoteHost, '127.0.0.1');
    const other = simulation.runtime('b').network.connect('a', listener.port);
    await assert.rejects(simulation.complete(other), (error) =>
      hasCode(error, 'CONNECTION_FAILED'),
    );
  });
});
