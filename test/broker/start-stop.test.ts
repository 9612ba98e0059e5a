/**
 * Goal: a broker starts whole or not at all, stops once, and takes nobody with it when it breaks.
 * Method: brokers as a user has them (`createBroker`), on real folders and ports; the broken invariants are put
 * into a broker's runtime.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { type Broker, createBroker, OdradekError } from '../../src/index.ts';
import { RunningBroker } from '../../src/broker/broker.ts';
import { journalFormat } from '../../src/metadata/embedded/journal-format.ts';
import { errorCodes } from '../../src/protocol/error-codes.ts';
import {
  describeLogDirsRequest,
  describeLogDirsResponse,
} from '../../src/protocol/messages/describe-log-dirs.ts';
import { metadataRequest, metadataResponse } from '../../src/protocol/messages/metadata.ts';
import { produceRequest, produceResponse } from '../../src/protocol/messages/produce.ts';
import { createMemoryFiles } from '../../src/runtime/memory-files.ts';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import type { Files, Runtime, Timers } from '../../src/runtime/runtime.ts';
import { must } from '../../src/util/assert.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { hasCode } from '../../src/util/odradek-error.ts';
import { startBrokerProcess } from '../durability/broker-process.ts';
import { GatedDisk } from './gated-disk.ts';
import { RawConnection, requestFrame } from './raw-connection.ts';
import { produceAnswer, produceBody, produceFrame } from './requests.ts';
import { brokerValues, SimulatedBroker, type TestConfig } from './simulated-broker.ts';

const folders: string[] = [];
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-start-'));
  folders.push(folder);
  return folder;
}

function portOf(broker: Broker): number {
  return Number(broker.bootstrapServers.split(':').at(-1));
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function temporaryFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('odradek-tmp-'));
}

/** The failure of a start; its code is `code`. */
async function failureOf(starting: Promise<Broker>, code: string): Promise<OdradekError> {
  let failure: unknown;
  try {
    await (await starting).stop();
  } catch (error) {
    failure = error;
  }
  assert.ok(failure instanceof OdradekError, String(failure));
  assert.equal(failure.code, code);
  return failure;
}

describe('a start that fails', () => {
  test('on a port in use says which and what to do, and leaves neither lock nor listener behind', async () => {
    const first = await createBroker();
    const port = portOf(first);
    const dataDir = newFolder();
    const failure = await failureOf(createBroker({ dataDir, port }), 'PORT_IN_USE');
    assert.match(failure.message, new RegExp(`${port}.*another port`));
    const onTwo = { listeners: `A://127.0.0.1:0,B://127.0.0.1:${port}` };
    const config = { ...onTwo, 'listener.security.protocol.map': 'A:PLAINTEXT,B:PLAINTEXT' };
    await failureOf(createBroker({ dataDir, config }), 'PORT_IN_USE');
    await first.stop();
    const second = await createBroker({ dataDir, port });
    await second.stop();
  });

  test('on a folder that a broker has names the folder and who has it', async () => {
    const dataDir = newFolder();
    const first = await createBroker({ dataDir });
    const failure = await failureOf(createBroker({ dataDir }), 'DATA_DIR_LOCKED');
    assert.match(failure.message, new RegExp(dataDir));
    assert.match(failure.message, new RegExp(`process ${process.pid}`));
    assert.equal(await canConnect(portOf(first)), true, 'the first lives');
    await first.stop();
    const second = await createBroker({ dataDir });
    await second.stop();
  });

  test('on a folder that a broker of another process has does too, until that is killed', async () => {
    const dataDir = newFolder();
    const other = await startBrokerProcess({ folder: dataDir });
    const failure = await failureOf(createBroker({ dataDir }), 'DATA_DIR_LOCKED');
    assert.match(failure.message, /process \d+ on /);
    await other.kill();
    const ours = await createBroker({ dataDir });
    await ours.stop();
  });

  test('with one of two folders locked gives the other lock back', async () => {
    const [one, two] = [newFolder(), newFolder()];
    const first = await createBroker({ dataDir: two });
    const config = { 'log.dirs': [one, two] };
    await failureOf(createBroker({ config }), 'DATA_DIR_LOCKED');
    const third = await createBroker({ dataDir: one });
    await third.stop();
    await first.stop();
  });

  test('on a metadata journal of a newer format says so, and changes nothing in it', async () => {
    const dataDir = newFolder();
    await (await createBroker({ dataDir, topics: { kept: 1 } })).stop();
    const path = join(dataDir, journalFormat.fileName);
    const bytes = readFileSync(path);
    const newer = Buffer.from(bytes);
    newer.writeUInt32BE(journalFormat.version + 1, journalFormat.magic.length);
    writeFileSync(path, newer);
    const failure = await failureOf(createBroker({ dataDir }), 'NEWER_FORMAT');
    assert.match(failure.message, new RegExp(journalFormat.fileName));
    assert.deepEqual(readFileSync(path), newer);
    writeFileSync(path, bytes);
    const broker = await createBroker({ dataDir });
    assert.deepEqual(await broker.records('kept'), []);
    for (const partition of [9, -1, 0.5]) {
      await assert.rejects(broker.records('kept', { partition }), (error) => {
        assert.ok(hasCode(error, 'INVALID_ARGUMENT'), String(error));
        assert.match(error.message, /^partition=.*: expected one of the \d+ of kept, from 0 on$/);
        return true;
      });
    }
    await broker.stop();
  });

  test('on a bad option, an unknown key or an illegal topic says which', async () => {
    const bad = createBroker({ config: { 'num.partitions': 'many' } });
    assert.match((await failureOf(bad, 'INVALID_CONFIG')).message, /num\.partitions.*many/);
    const unknown = createBroker({ config: { 'num.partition': 1 } });
    assert.match((await failureOf(unknown, 'UNKNOWN_CONFIG')).message, /num\.partitions/);
    for (const [options, words] of [
      [{ dataDri: '/nowhere' }, /^dataDri is no option of createBroker; did you mean dataDir\?$/],
      [{ colour: 'red' }, /^colour is no option of createBroker$/],
      [{ storage: 'mem' }, /^storage=mem: expected 'disk' or 'memory'$/],
      [{ storage: 'memory', dataDir: '/nowhere' }, /^dataDir=\/nowhere: expected nothing with/],
      [{ topics: { t: 1.5 } }, /^partitions=1.5: expected a whole number$/],
      [{ topics: { t: '3' } }, /^options=3: expected an object$/],
      [{ topics: { t: { partition: 3 } } }, /^partition is no option of the topic t; did you/],
      [
        { logger: {} },
        /^logger=.*: expected an object with the functions debug, info, warn, error$/,
      ],
      [{ logger: { ...silentLogger, warn: undefined } }, /^logger=.*: expected/],
      [{ logger: null }, /^logger=null: expected/],
      [null, /^options=null: expected an object$/],
    ] as [object, RegExp][]) {
      assert.match((await failureOf(createBroker(options), 'INVALID_ARGUMENT')).message, words);
    }
    const illegal = createBroker({ topics: { '/cart': 1 } });
    const failure = await failureOf(illegal, 'BROKER_REFUSED');
    assert.match(failure.message, /INVALID_TOPIC_EXCEPTION/);
  });

  test('leaves no temporary folder behind, and its port free', async () => {
    const before = new Set(temporaryFolders());
    const first = await createBroker();
    const port = portOf(first);
    await failureOf(createBroker({ port }), 'PORT_IN_USE');
    await first.stop();
    await failureOf(createBroker({ port, topics: { '/cart': 1 } }), 'BROKER_REFUSED');
    assert.equal(await canConnect(port), false, 'nobody listens');
    assert.deepEqual(
      temporaryFolders().filter((name) => isOurs(name) && !before.has(name)),
      [],
    );
  });
});

/** Whether the lock in a temporary folder says that this process made it. */
function isOurs(name: string): boolean {
  try {
    return readFileSync(join(tmpdir(), name, '.lock'), 'utf8').includes(`process ${process.pid} `);
  } catch {
    return false;
  }
}

describe('stop', () => {
  test('may be called twice, at once and after; each settles when the broker has stopped', async () => {
    const broker = await createBroker({ topics: { t: 1 } });
    const [folder] = broker.dataDirs;
    await Promise.all([broker.stop(), broker.stop()]);
    await broker.stop();
    await broker.closed;
    assert.equal(await canConnect(portOf(broker)), false);
    assert.equal(existsSync(must(folder)), false, 'a temporary folder goes with its broker');
  });

  test('comes with await using', async () => {
    let port: number;
    {
      await using broker = await createBroker({ storage: 'memory' });
      port = portOf(broker);
      assert.equal(await canConnect(port), true);
    }
    assert.equal(await canConnect(port), false);
  });

  test('answers what was asked before, also what waits for the disk', async () => {
    const disk = new GatedDisk();
    const broker = await SimulatedBroker.start({ around: disk.around });
    await broker.createTopic('t', { configs: { 'flush.messages': '1' } });
    const peer = await broker.connect();
    disk.shut();
    for (let id = 0; id < 5; id++) peer.write(produceFrame(id, 't', [`${id}`]));
    await broker.simulation.runFor(100);
    const stopping = broker.running.stop();
    broker.simulation.after(2000, () => disk.open());
    await broker.complete(stopping);
    await peer.receive(5);
    assert.deepEqual(peer.correlationIds, [0, 1, 2, 3, 4]);
    const errors = peer.frames.map(({ frame }) => produceAnswer(frame).errorCode);
    assert.deepEqual(errors, [0, 0, 0, 0, 0]);
    await peer.closed();
  });

  test('waits for odradek.shutdown.drain.ms at most', async () => {
    const disk = new GatedDisk();
    const config = { 'odradek.shutdown.drain.ms': 700 };
    const broker = await SimulatedBroker.start({ around: disk.around, config });
    await broker.createTopic('t', { configs: { 'flush.messages': '1' } });
    const peer = await broker.connect();
    disk.shut();
    peer.write(produceFrame(1, 't', ['a']));
    await broker.simulation.runFor(100);
    const stopMs = broker.simulation.elapsedMs;
    const stopping = broker.running.stop();
    const closedMs = await peer.closed();
    assert.ok(closedMs - stopMs >= 700 && closedMs - stopMs < 800, `${closedMs - stopMs}`);
    disk.open();
    await broker.complete(stopping);
  });

  test('a topic that is made while the broker stops is made or refused, and nothing hangs', async () => {
    const broker = await createBroker();
    const making = broker.createTopic('t').then(
      () => 'made',
      (error: unknown) => (error instanceof OdradekError ? error.code : 'a defect'),
    );
    await broker.stop();
    assert.ok(['made', 'BROKER_STOPPED'].includes(await making), await making);
    await broker.closed;
    const late = broker.createTopic('late');
    await assert.rejects(late, (error) => error instanceof OdradekError);
    await assert.rejects(broker.records('t'), (error) => error instanceof OdradekError);
  });
});

describe('many brokers side by side', () => {
  test('each have their port, folder and records, and stop each for itself', async () => {
    const brokers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        createBroker({
          topics: { t: 1 },
          ...(i % 2 === 0 ? { storage: 'memory' as const } : {}),
        }),
      ),
    );
    assert.equal(new Set(brokers.map(portOf)).size, 20);
    assert.equal(new Set(brokers.flatMap(({ dataDirs }) => dataDirs)).size, 10);
    await Promise.all(
      brokers.map(async (broker, i) => {
        const raw = await RawConnection.open({ host: '127.0.0.1', port: portOf(broker) });
        const body = produceBody('t', [`of ${i}`]);
        const answer = await raw.call(produceRequest, produceResponse, 9, body);
        assert.equal(answer.responses[0]?.partitionResponses[0]?.errorCode, errorCodes.NONE);
        raw.close();
      }),
    );
    await Promise.all(brokers.slice(0, 10).map((broker) => broker.stop()));
    for (const [i, broker] of brokers.slice(10).entries()) {
      const records = await broker.records('t');
      assert.deepEqual(
        records.map(({ value }) => String(value)),
        [`of ${i + 10}`],
      );
    }
    await Promise.all(brokers.slice(10).map((broker) => broker.stop()));
  });
});

describe('temporary folders', () => {
  test('of killed brokers are removed at the next start, those of running ones are not', async () => {
    const killed = await startBrokerProcess();
    const running = await startBrokerProcess();
    await killed.kill();
    const broker = await createBroker();
    for (let tries = 0; existsSync(killed.folder) && tries < 1000; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.equal(existsSync(killed.folder), false);
    assert.ok(existsSync(running.folder));
    await running.kill();
    await broker.stop();
  });

  test('that were made a moment ago, and are not locked yet, are left alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'odradek-tmp-'));
    folders.push(folder);
    const killed = await startBrokerProcess();
    await killed.kill();
    const broker = await createBroker();
    for (let tries = 0; existsSync(killed.folder) && tries < 1000; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    assert.ok(existsSync(folder), 'its broker is about to lock it');
    await broker.stop();
  });
});

class BrokenInvariant extends Error {}

function breaks(): never {
  throw new BrokenInvariant('this cannot be');
}

/** A broker in memory whose runtime a test may break. */
async function startFragile(
  around: (runtime: Runtime) => Runtime,
  config: TestConfig = {},
): Promise<RunningBroker> {
  const runtime = createNodeRuntime();
  const files = createMemoryFiles({ budgetBytes: 64 * 1024 * 1024, clock: runtime.clock });
  const listeners = 'PLAINTEXT://127.0.0.1:0';
  return RunningBroker.start(
    {
      values: brokerValues({ listeners, 'advertised.listeners': undefined, ...config }),
      directories: ['/data'],
      metadataDirectory: '/data',
      temporary: true,
    },
    { runtime: around({ ...runtime, files }), logger: silentLogger },
  );
}

describe('a broken invariant stops that broker alone', () => {
  /** The broker has stopped on account of it, its port is free, and the process hears nothing of it. */
  async function assertStopped(broker: RunningBroker): Promise<void> {
    await assert.rejects(broker.closed, (error) => error instanceof BrokenInvariant);
    await broker.stop();
    assert.equal(await canConnect(must(broker.addresses[0]).port), false);
  }

  function connectTo(broker: RunningBroker): Promise<RawConnection> {
    return RawConnection.open({ host: '127.0.0.1', port: must(broker.addresses[0]).port });
  }

  async function withNeighbour(run: () => Promise<void>): Promise<void> {
    const neighbour = await createBroker({ storage: 'memory' });
    const raw = await RawConnection.open({ host: '127.0.0.1', port: portOf(neighbour) });
    await run();
    const { brokers } = await raw.call(metadataRequest, metadataResponse, 9, { topics: [] });
    assert.equal(brokers.length, 1, 'the neighbour serves on');
    raw.close();
    await neighbour.stop();
  }

  test('in a handler', async () => {
    await withNeighbour(async () => {
      const broker = await startFragile((runtime) => ({
        ...runtime,
        files: { ...runtime.files, freeBytes: breaks },
      }));
      const raw = await connectTo(broker);
      const call = raw.call(describeLogDirsRequest, describeLogDirsResponse, 4, { topics: null });
      await assert.rejects(call, /closed/);
      await assertStopped(broker);
    });
  });

  test('in a timer', async () => {
    await withNeighbour(async () => {
      let mayBreak = false;
      const around = (runtime: Runtime): Runtime => ({
        ...runtime,
        clock: { ...runtime.clock, monotonicMs: () => (mayBreak ? breaks() : 1) },
      });
      const broker = await startFragile(around, { 'connections.max.idle.ms': 50 });
      const raw = await connectTo(broker);
      await raw.call(metadataRequest, metadataResponse, 9, { topics: [] });
      // The timer of the connection's watchdog is the next to look at the clock.
      mayBreak = true;
      await assertStopped(broker);
      await raw.closed;
    });
  });

  test('at the end of a turn', async () => {
    await withNeighbour(async () => {
      let mayBreak = false;
      let isTurnEnd = false;
      const around = (runtime: Runtime): Runtime => {
        const { timers, clock } = runtime;
        const atTurnEnd: Timers['atTurnEnd'] = (callback) =>
          timers.atTurnEnd(() => {
            isTurnEnd = true;
            callback();
            isTurnEnd = false;
          });
        const monotonicMs = (): number => (mayBreak && isTurnEnd ? breaks() : clock.monotonicMs());
        return {
          ...runtime,
          timers: { ...timers, atTurnEnd },
          clock: { ...clock, monotonicMs },
        };
      };
      const broker = await startFragile(around);
      const topic = { name: 't', numPartitions: 1, replicationFactor: 1 };
      await broker.createTopics([{ ...topic, assignments: [], configs: [] }]);
      const raw = await connectTo(broker);
      mayBreak = true;
      raw.write(requestFrame(produceRequest, 9, 1, produceBody('t', ['a'])));
      await assertStopped(broker);
      await raw.closed;
    });
  });

  test('where bytes come in', async () => {
    await withNeighbour(async () => {
      let mayBreak = false;
      const around = (runtime: Runtime): Runtime => ({
        ...runtime,
        clock: { ...runtime.clock, monotonicMs: () => (mayBreak ? breaks() : 1) },
      });
      const broker = await startFragile(around);
      const raw = await connectTo(broker);
      await raw.call(metadataRequest, metadataResponse, 9, { topics: [] });
      mayBreak = true;
      raw.write(requestFrame(metadataRequest, 9, 1, { topics: [] }));
      await raw.closed;
      mayBreak = false;
      await assertStopped(broker);
    });
  });

  test('where metadata changes', async () => {
    await withNeighbour(async () => {
      let mayBreak = false;
      const around = (runtime: Runtime): Runtime => {
        const { files } = runtime;
        const makeDirectory: Files['makeDirectory'] = (path) =>
          mayBreak ? breaks() : files.makeDirectory(path);
        return { ...runtime, files: { ...files, makeDirectory } };
      };
      const broker = await startFragile(around);
      mayBreak = true;
      const topic = { name: 't', numPartitions: 1, replicationFactor: 1 };
      // What was decided is in the store, so that either answer is true.
      await broker.createTopics([{ ...topic, assignments: [], configs: [] }]).catch(() => {});
      await assertStopped(broker);
    });
  });

  test('at start fails the start', async () => {
    const around = (runtime: Runtime): Runtime => {
      const { files } = runtime;
      return { ...runtime, files: { ...files, lock: () => Promise.reject(new BrokenInvariant()) } };
    };
    await assert.rejects(startFragile(around), (error) => error instanceof BrokenInvariant);
  });
});
