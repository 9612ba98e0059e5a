// Goal: Kafka Connect runs unmodified on a cluster of three. Method: its file source and sink, once in a worker
// by itself and once in one that keeps configs, offsets and states in topics of the cluster, which loses a broker.
import assert from 'node:assert/strict';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { freePorts } from '../../../benchmarks/peers/free-ports.ts';
import { writeProperties } from '../../../benchmarks/peers/properties.ts';
import { JavaProgram } from './support/java-program.ts';
import {
  clusterMissing,
  startOdradekCluster,
  type OdradekCluster,
} from './support/odradek-cluster.ts';
import { leaderOf, partitionsOf, valuesOf } from './support/topic-records.ts';

const folder = mkdtempSync(join(tmpdir(), 'odradek-connect-'));
const path = (name: string): string => join(folder, name);
let cluster: OdradekCluster;

before(async () => {
  if (clusterMissing === false) cluster = await startOdradekCluster();
});
after(async () => {
  if (clusterMissing === false) await cluster.discard();
  rmSync(folder, { recursive: true, force: true });
});

const lines = (from: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${from} ${i}`);
const textOf = (all: readonly string[]): string => all.map((line) => `${line}\n`).join('');

/** The lines of a file that a sink writes. */
function linesIn(file: string): string[] {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
}

/** Settings of a worker; of its listener none of the others needs to know. */
function workerSettings(port: number): Record<string, string | number> {
  return {
    'bootstrap.servers': cluster.bootstrapServers,
    listeners: `http://127.0.0.1:${port}`,
    'offset.flush.interval.ms': 1000,
    // Looking for plugins through every class of every jar takes seconds.
    'plugin.discovery': 'service_load',
  };
}

const strings = 'org.apache.kafka.connect.storage.StringConverter';
const source = (name: string, file: string, topic: string): Record<string, string | number> => ({
  name,
  'connector.class': 'org.apache.kafka.connect.file.FileStreamSourceConnector',
  'tasks.max': 1,
  file,
  topic,
});
const sink = (name: string, file: string, topics: string): Record<string, string | number> => ({
  name,
  'connector.class': 'org.apache.kafka.connect.file.FileStreamSinkConnector',
  'tasks.max': 1,
  file,
  topics,
});

test(
  'connect-standalone carries lines of a file through a topic into another',
  { skip: clusterMissing },
  async () => {
    const [port = 0] = await freePorts(1);
    const [from, to] = [path('from'), path('to')];
    const files = Object.entries({
      worker: {
        ...workerSettings(port),
        'key.converter': strings,
        'value.converter': strings,
        'offset.storage.file.filename': path('offsets'),
      },
      source: source('source', from, 'lines'),
      sink: sink('sink', to, 'lines'),
    }).map(([name, settings]) => writeProperties(path(`${name}.properties`), settings));
    const written = lines('first', 500);
    writeFileSync(from, textOf(written));
    const worker = await JavaProgram.start('connect-standalone', files);
    try {
      await worker.until('the lines arrive', () => linesIn(to).length >= written.length);
      const more = lines('then', 500);
      appendFileSync(from, textOf(more));
      written.push(...more);
      await worker.until('more lines arrive', () => linesIn(to).length >= written.length);
      assert.deepEqual(linesIn(to), written);
      assert.deepEqual(await valuesOf(cluster.client, 'lines'), written);
      await worker.stop();
    } finally {
      await worker.kill();
    }
  },
);

/** A worker of the group `connect`, and its REST interface. */
class Worker {
  readonly program: JavaProgram;
  readonly #address: string;

  private constructor(program: JavaProgram, address: string) {
    this.program = program;
    this.#address = address;
  }

  static async start(): Promise<Worker> {
    const [port = 0] = await freePorts(1);
    const file = writeProperties(path('distributed.properties'), {
      ...workerSettings(port),
      'group.id': 'connect',
      'key.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
      'config.storage.topic': 'connect-configs',
      'offset.storage.topic': 'connect-offsets',
      'offset.storage.partitions': 5,
      'status.storage.topic': 'connect-status',
    });
    const program = await JavaProgram.start('connect-distributed', [file]);
    return new Worker(program, `http://127.0.0.1:${port}`);
  }

  /** What it answers, once it is ready to. */
  async ask(way: string, body?: object): Promise<unknown> {
    let answer: unknown;
    await this.program.until(`it answers ${way}`, async () => {
      const init =
        body === undefined
          ? {}
          : {
              method: 'PUT',
              body: JSON.stringify(body),
              headers: { 'content-type': 'application/json' },
            };
      try {
        const response = await fetch(`${this.#address}${way}`, init);
        answer = await response.json();
        return response.ok;
      } catch {
        return false;
      }
    });
    return answer;
  }
}

test(
  'connect-distributed outlives a broker and its own worker, and begins nothing anew',
  { skip: clusterMissing },
  async () => {
    const [from, to] = [path('many-from'), path('many-to')];
    const written = new Set(lines('first', 500));
    const arrived = (): boolean => new Set(linesIn(to)).size === written.size;
    const append = (more: readonly string[]): void => {
      appendFileSync(from, textOf(more));
      for (const line of more) written.add(line);
    };
    writeFileSync(from, textOf([...written]));
    let worker = await Worker.start();
    try {
      const topic = { 'topic.creation.default.replication.factor': -1 };
      const partitions = { 'topic.creation.default.partitions': 3 };
      const settings = { ...source('in', from, 'many'), ...topic, ...partitions };
      await worker.ask('/connectors/in/config', settings);
      await worker.ask('/connectors/out/config', sink('out', to, 'many'));
      await worker.program.until('the lines arrive', arrived);
      for (const internal of ['connect-configs', 'connect-offsets', 'connect-status', 'many']) {
        const described = await partitionsOf(cluster.client, internal);
        assert.ok(described.every(({ replicas }) => replicas.length === 3));
      }

      await cluster.kill(await leaderOf(cluster.client, 'connect-configs'));
      append(lines('with a broker gone', 500));
      await worker.program.until('lines arrive by the brokers that are left', arrived);
      await worker.program.stop();

      const before = linesIn(to).length;
      append(lines('then', 500));
      worker = await Worker.start();
      await worker.program.until('a new worker goes on', arrived);
      assert.deepEqual(await worker.ask('/connectors'), ['in', 'out']);
      assert.equal(linesIn(to).length - before, 500, 'nothing is read that was read before');
      await worker.program.stop();
    } finally {
      await worker.program.kill();
    }
  },
);
