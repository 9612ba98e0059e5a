import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CoordinatorRuntime } from '../../../src/coordinator/runtime/coordinator-runtime.ts';
import type { Asker } from '../../../src/coordinator/runtime/ports.ts';
import { buildBatch } from '../../../src/records/batch-builder.ts';
import { buildEndTxnMarker } from '../../../src/records/control-batch.ts';
import type { RecordBatch } from '../../../src/records/record-batch.ts';
import { createSimulation, type Simulation } from '../../../src/runtime/simulated/simulation.ts';
import { TimerWheel } from '../../../src/runtime/timer-wheel.ts';
import { must } from '../../../src/util/assert.ts';
import { silentLogger } from '../../../src/util/logger.ts';
import {
  decodeTally,
  encodeTally,
  Tally,
  type TallyEvent,
  type TallyRecord,
} from './fake-coordinator.ts';
import { FakeLog } from './fake-log.ts';

/** One partition of a coordinator of numbers, on a log whose writes end when a test says so. */
class Setup {
  readonly simulation: Simulation = createSimulation({ seed: 1 });
  readonly wheel: TimerWheel;
  readonly runtime: CoordinatorRuntime<TallyEvent, TallyRecord>;
  readonly log: FakeLog;
  /** Every answer, in the order in which they left. */
  readonly answers: string[] = [];
  readonly coordinators: Tally[] = [];
  readonly startMs: number;

  constructor(log = new FakeLog()) {
    this.log = log;
    const { clock, timers } = this.simulation.runtime('broker');
    this.startMs = clock.nowMs();
    this.wheel = new TimerWheel({}, { clock, timers });
    this.runtime = new CoordinatorRuntime<TallyEvent, TallyRecord>(
      { topic: '__tally' },
      {
        clock,
        timers,
        wheel: this.wheel,
        logger: silentLogger,
        settings: () => ({
          compression: 'none',
          commitTimeoutMs: 5000,
          loadBufferBytes: 1 << 20,
          decompressedBytesMax: 1 << 20,
        }),
        create: () => {
          const tally = new Tally();
          this.coordinators.push(tally);
          return tally;
        },
        encode: encodeTally,
        decode: decodeTally,
        defect: (error) => {
          throw error;
        },
      },
    );
  }

  get tally(): Tally {
    return must(this.coordinators.at(-1));
  }

  lead(): this {
    this.runtime.led(0, this.log);
    return this;
  }

  #asker(name: string): Asker<string> {
    return {
      answered: (text) => this.answers.push(`${name}: ${text}`),
      refused: (error) => this.answers.push(`${name}: ${error}`),
    };
  }

  set(name: string, ...values: number[]): number {
    return this.runtime.ask(
      0,
      (ref) => ({ kind: 'set', name, values, ref }),
      this.#asker(`set ${name}`),
    );
  }

  setInParts(name: string, values: number[]): number {
    return this.runtime.ask(
      0,
      (ref) => ({ kind: 'set', name, values, ref, atomic: false }),
      this.#asker(`set ${name}`),
    );
  }

  get(name: string): number {
    return this.runtime.ask(0, (ref) => ({ kind: 'get', name, ref }), this.#asker(`get ${name}`));
  }

  park(name: string, forMs = 1000): number {
    const untilMs = this.startMs + this.simulation.elapsedMs + forMs;
    return this.runtime.ask(
      0,
      (ref) => ({ kind: 'park', name, untilMs, ref }),
      this.#asker(`park ${name}`),
    );
  }

  setForParked(name: string, value: number): number {
    return this.runtime.ask(
      0,
      (ref) => ({ kind: 'setForParked', name, value, ref }),
      this.#asker(`setForParked ${name}`),
    );
  }

  /** The answers since the last call. */
  take(): string[] {
    return this.answers.splice(0);
  }
}

function batchOf(names: readonly string[], options: Parameters<typeof buildBatch>[1]): RecordBatch {
  return buildBatch(
    names.map((name) => ({ key: Buffer.from(name), value: Buffer.from('1'), timestamp: 5 })),
    options,
  );
}

describe('CoordinatorRuntime: requests', () => {
  it('replies leave when what they saw is committed, in the order of the decisions', () => {
    const setup = new Setup().lead();
    setup.get('a');
    assert.deepEqual(setup.take(), ['get a: a is undefined']);
    setup.set('a', 1);
    setup.get('a');
    setup.set('a', 2);
    setup.get('a');
    assert.deepEqual(setup.take(), [], 'a read waits for what it saw');
    setup.log.commit(1);
    assert.deepEqual(setup.take(), ['set a: set a', 'get a: a is 1']);
    setup.log.commit();
    assert.deepEqual(setup.take(), ['set a: set a', 'get a: a is 2']);
  });

  it('the records of a decision are one batch, replayed at their own offsets', () => {
    const setup = new Setup().lead();
    setup.set('a', 1, 2);
    setup.set('b', 3);
    setup.log.commit();
    assert.deepEqual(
      setup.log.committed.map(({ baseOffset, recordCount }) => [baseOffset, recordCount]),
      [
        [0, 2],
        [2, 1],
      ],
    );
    assert.deepEqual(setup.tally.seen, [
      'loaded',
      'replay a=1 at 0',
      'replay a=2 at 1',
      'replay b=3 at 2',
    ]);
  });

  it('a refused append replays nothing, sets no deadline, and answers its request alone', async () => {
    const setup = new Setup().lead();
    setup.park('p', 60_000);
    setup.log.refuseNext = 'NOT_LEADER_OR_FOLLOWER';
    setup.set('a', 1);
    setup.log.refuseNext = 'NOT_ENOUGH_REPLICAS';
    setup.set('a', 1);
    setup.log.refuseNext = 'MESSAGE_TOO_LARGE';
    setup.set('a', 1);
    assert.deepEqual(setup.take(), [
      'set a: NOT_COORDINATOR',
      'set a: COORDINATOR_NOT_AVAILABLE',
      'set a: UNKNOWN_SERVER_ERROR',
    ]);
    assert.equal(setup.tally.values.size, 0);
    await setup.simulation.runFor(20_000);
    assert.deepEqual(setup.tally.seen, ['loaded'], 'the deadline of the refused decision');
    setup.set('a', 2);
    setup.log.commit();
    assert.deepEqual(setup.take(), ['set a: set a']);
  });

  it('a batch above max.message.bytes is refused whole, unless its records may part', () => {
    const setup = new Setup().lead();
    setup.log.batchBytesMax = 200;
    const values = Array.from({ length: 30 }, (_, i) => i);
    setup.set('a', ...values);
    assert.deepEqual(setup.take(), ['set a: UNKNOWN_SERVER_ERROR']);
    assert.equal(setup.log.endOffset, 0);
    setup.setInParts('a', values);
    setup.log.commit();
    assert.deepEqual(setup.take(), ['set a: set a']);
    assert.ok(setup.log.committed.length > 1);
    assert.ok(setup.log.committed.every(({ sizeBytes }) => sizeBytes <= 200));
    assert.equal(setup.log.endOffset, 30);
    assert.equal(setup.tally.values.get('a'), 29);
  });

  it('appendEnded comes when the append is committed, or at once when it was refused', () => {
    const setup = new Setup().lead();
    setup.park('a');
    setup.setForParked('a', 7);
    assert.deepEqual(setup.take(), []);
    setup.log.commit();
    assert.deepEqual(setup.take(), ['setForParked a: done', 'park a: it is set']);
    setup.park('b');
    setup.log.refuseNext = 'KAFKA_STORAGE_ERROR';
    setup.setForParked('b', 8);
    assert.deepEqual(setup.take(), ['setForParked b: NOT_COORDINATOR', 'park b: NOT_COORDINATOR']);
  });

  it('a reply that waits longer than the commit timeout is an error, and what was decided holds', async () => {
    const setup = new Setup().lead();
    setup.set('a', 1);
    await setup.simulation.runFor(3000);
    setup.set('a', 2);
    await setup.simulation.runFor(2100);
    assert.deepEqual(setup.take(), ['set a: COORDINATOR_NOT_AVAILABLE']);
    setup.log.commit();
    assert.deepEqual(setup.take(), ['set a: set a']);
    assert.equal(setup.tally.values.get('a'), 2);
    await setup.simulation.runFor(10_000);
    assert.deepEqual(setup.take(), []);
  });

  it('one who has gone is told of to the coordinator, and answered no more', () => {
    const setup = new Setup().lead();
    const id = setup.park('a');
    setup.runtime.giveUp(0, id);
    setup.runtime.giveUp(0, id);
    setup.setForParked('a', 1);
    setup.log.commit();
    assert.deepEqual(setup.take(), ['setForParked a: done']);
    assert.deepEqual(setup.tally.seen.slice(0, 2), ['loaded', `request ${id} has gone`]);
  });
});

describe('CoordinatorRuntime: deadlines', () => {
  it('each key has one moment, which a later decision moves or takes back', async () => {
    const setup = new Setup().lead();
    setup.park('a', 1000);
    await setup.simulation.runFor(900);
    setup.park('a', 1000);
    await setup.simulation.runFor(900);
    assert.deepEqual(setup.take(), []);
    await setup.simulation.runFor(110);
    assert.deepEqual(setup.take(), ['park a: time is up', 'park a: time is up']);
    setup.park('b', 1000);
    setup.setForParked('b', 1);
    setup.log.commit();
    setup.take();
    await setup.simulation.runFor(5100);
    assert.deepEqual(
      setup.tally.seen.filter((text) => text.startsWith('deadline')),
      ['deadline park/a'],
    );
    assert.equal(setup.wheel.size, 0);
  });

  it('a wall clock that jumps moves no deadline that is set', async () => {
    const setup = new Setup().lead();
    setup.park('a', 1000);
    setup.simulation.shiftClock('broker', 3_600_000);
    await setup.simulation.runFor(900);
    assert.deepEqual(setup.take(), []);
    setup.simulation.shiftClock('broker', -7_200_000);
    await setup.simulation.runFor(110);
    assert.deepEqual(setup.take(), ['park a: time is up']);
  });
});

describe('CoordinatorRuntime: loading', () => {
  it('a small log is loaded at once, and its coordinator then told so', () => {
    const first = new Setup().lead();
    first.set('a', 1, 2);
    first.set('unknown kind', 1);
    first.log.commit();
    const second = new Setup(first.log).lead();
    assert.deepEqual(second.tally.seen, ['replay a=1 at 0', 'replay a=2 at 1', 'loaded']);
    assert.equal(second.log.readsUnderWay, 0, 'buffers were given back');
    second.get('a');
    assert.deepEqual(second.take(), ['get a: a is 2']);
  });

  it('requests meanwhile get COORDINATOR_LOAD_IN_PROGRESS; what is told is told afterwards', async () => {
    const log = new FakeLog();
    const first = new Setup(log).lead();
    for (let i = 0; i < 5; i++) first.set('a', i);
    log.commit();
    log.isSlow = true;
    log.batchesPerRead = 2;
    const second = new Setup(log).lead();
    second.get('a');
    second.runtime.tellAll({ kind: 'note', text: 'topics changed' });
    assert.deepEqual(second.take(), ['get a: COORDINATOR_LOAD_IN_PROGRESS']);
    assert.equal(second.runtime.isActive(0), false);
    await second.simulation.run(() => second.runtime.isActive(0));
    second.get('a');
    assert.deepEqual(second.take(), ['get a: a is 4']);
    assert.deepEqual(second.tally.seen.slice(-2), ['loaded', 'topics changed']);
  });

  it('what is not committed yet is waited for', async () => {
    const log = new FakeLog();
    const first = new Setup(log).lead();
    first.set('a', 1);
    log.commit();
    first.set('a', 2);
    const second = new Setup(log).lead();
    await second.simulation.runFor(50);
    assert.equal(second.runtime.isActive(0), false);
    log.commit();
    await second.simulation.run(() => second.runtime.isActive(0));
    assert.equal(second.tally.values.get('a'), 2);
  });

  it('records of transactions count where they are committed', () => {
    const log = new FakeLog();
    const waiter = { appendEnded: () => {} };
    const transactional = { transactional: true, producerEpoch: 0, baseSequence: 0 };
    const marker = { producerEpoch: 0, coordinatorEpoch: 0, timestamp: 5 };
    log.append(batchOf(['committed'], { ...transactional, producerId: 1 }), waiter);
    log.append(batchOf(['aborted'], { ...transactional, producerId: 2 }), waiter);
    log.append(batchOf(['plain'], {}), waiter);
    log.append(batchOf(['open'], { ...transactional, producerId: 3 }), waiter);
    log.append(buildEndTxnMarker({ ...marker, producerId: 2, result: 'ABORT' }), waiter);
    log.append(buildEndTxnMarker({ ...marker, producerId: 1, result: 'COMMIT' }), waiter);
    log.commit();
    const setup = new Setup(log).lead();
    assert.deepEqual(setup.tally.seen, [
      'replay plain=1 at 2',
      'replay committed=1 at 0',
      'loaded',
    ]);
  });

  it('a log that cannot be read serves nobody', () => {
    const log = new FakeLog();
    const batch = batchOf(['a'], {});
    must(batch.chunks[0])[61] = 0x7e; // the record's size, which then does not fit
    log.append(batch, { appendEnded: () => {} });
    log.commit();
    const setup = new Setup(log).lead();
    setup.get('a');
    assert.deepEqual(setup.take(), ['get a: NOT_COORDINATOR']);
  });
});

describe('CoordinatorRuntime: lost state', () => {
  it('a failed append drops the state, answers all who wait, and loads again', async () => {
    const setup = new Setup().lead();
    setup.set('a', 1);
    setup.log.commit();
    setup.take();
    setup.park('p', 60_000);
    setup.set('a', 2);
    setup.get('a');
    setup.log.fail('KAFKA_STORAGE_ERROR');
    assert.deepEqual(setup.take().toSorted(), [
      'get a: NOT_COORDINATOR',
      'park p: NOT_COORDINATOR',
      'set a: NOT_COORDINATOR',
    ]);
    setup.get('a');
    assert.deepEqual(setup.take(), ['get a: COORDINATOR_LOAD_IN_PROGRESS']);
    await setup.simulation.run(() => setup.runtime.isActive(0));
    setup.get('a');
    assert.deepEqual(setup.take(), ['get a: a is 1']);
    assert.equal(setup.coordinators.length, 2);
    await setup.simulation.runFor(20_000);
    assert.deepEqual(setup.tally.seen, ['replay a=1 at 0', 'loaded'], 'no deadline of before');
  });

  it('a lost leadership sends everybody away, and nothing is loaded', async () => {
    const setup = new Setup().lead();
    setup.park('p');
    setup.set('a', 1);
    setup.runtime.resigned(0);
    assert.deepEqual(setup.take(), ['park p: NOT_COORDINATOR', 'set a: NOT_COORDINATOR']);
    setup.log.commit();
    setup.get('a');
    assert.deepEqual(setup.take(), ['get a: NOT_COORDINATOR']);
    await setup.simulation.runFor(20_000);
    assert.equal(setup.coordinators.length, 1);
    assert.equal(setup.wheel.size, 0);
    setup.lead().get('a');
    assert.deepEqual(setup.take(), ['get a: a is 1']);
  });

  it('a log that is closed meanwhile is not loaded again', async () => {
    const setup = new Setup().lead();
    setup.set('a', 1);
    setup.log.isClosed = true;
    setup.log.fail('NOT_LEADER_OR_FOLLOWER');
    await setup.simulation.runFor(1000);
    setup.take();
    setup.get('a');
    assert.deepEqual(setup.take(), ['get a: NOT_COORDINATOR']);
  });
});

describe('CoordinatorRuntime: the end', () => {
  it('drains in order: parked requests are sent away, what was decided is answered', () => {
    const setup = new Setup().lead();
    setup.park('p');
    setup.set('a', 1);
    setup.runtime.drain();
    assert.deepEqual(setup.take(), ['park p: COORDINATOR_NOT_AVAILABLE']);
    setup.get('a');
    assert.deepEqual(setup.take(), ['get a: COORDINATOR_NOT_AVAILABLE']);
    setup.log.commit();
    assert.deepEqual(setup.take(), ['set a: set a']);
    setup.set('a', 2);
    setup.runtime.close();
    assert.deepEqual(setup.take(), ['set a: COORDINATOR_NOT_AVAILABLE']);
    assert.equal(setup.wheel.size, 0);
  });

  it('a close answers what still waits', () => {
    const setup = new Setup().lead();
    setup.set('a', 1);
    setup.runtime.close();
    assert.deepEqual(setup.take(), ['set a: COORDINATOR_NOT_AVAILABLE']);
    setup.log.commit();
    assert.deepEqual(setup.take(), []);
  });
});
