import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, closeSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from './free-ports.ts';
import { javaArguments, runJavaTool } from './java-tools.ts';
import { liveBrokers } from './live-brokers.ts';
import { writeProperties } from './properties.ts';

/** How Apache Kafka is started. */
export interface ApacheKafkaOptions {
  /** Its jars, as `findJars` answers them. */
  readonly jars: string;
  /** Holds a folder, the settings and the log of each node; what is there already is used again. */
  readonly folder: string;
  /** 1 or 3; each is broker and controller. */
  readonly nodes: 1 | 3;
  /** Broker settings beyond ours. */
  readonly settings?: Readonly<Record<string, string | number>>;
}

/** One node of Apache Kafka, which can be ended and started again by itself. */
export interface ApacheNode {
  readonly nodeId: number;
  readonly port: number;
  /** Of its present process. */
  readonly pid: number;
  /** Settles when its process has ended. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it with the data that it had, and waits until it knows all brokers. */
  start(): Promise<void>;
}

/** Apache Kafka, running on 127.0.0.1. */
export interface ApacheKafka {
  readonly bootstrapServers: string;
  readonly nodes: readonly ApacheNode[];
  readonly pids: readonly number[];
  /** The folder of each node's data. */
  readonly logDirs: readonly string[];
  /** From the start of the processes to the moment at which each of them knew all. */
  readonly startMs: number;
  /** Stops it in order; the data stays. */
  stop(): Promise<void>;
  /** Ends it by SIGKILL. */
  kill(): Promise<void>;
}

const clusterId = 'peer-of-odradek-kafka1';
const startTimeoutMs = 120_000;

/** What Apache's own scripts give a broker's JVM. */
const brokerJvm = [
  '-Xmx1g',
  '-Xms1g',
  '-server',
  '-XX:+UseG1GC',
  '-XX:MaxGCPauseMillis=20',
  '-XX:InitiatingHeapOccupancyPercent=35',
  '-XX:+ExplicitGCInvokesConcurrent',
  '-Djava.awt.headless=true',
];

interface KafkaNode {
  readonly id: number;
  readonly port: number;
  readonly controllerPort: number;
  readonly properties: string;
  readonly logDir: string;
  readonly logFile: string;
}

/** Starts Apache Kafka and waits until every broker knows all of them. */
export async function startApacheKafka(options: ApacheKafkaOptions): Promise<ApacheKafka> {
  const nodes = await planNodes(options);
  await Promise.all(nodes.map((node) => format(options.jars, nodes, node)));
  const startedMs = performance.now();
  const running = nodes.map((node) => new NodeProcess(node, options.jars, nodes.length));
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    await Promise.all(running.map((node) => node.end(signal)));
  };
  try {
    await Promise.all(running.map((node) => node.start()));
  } catch (error) {
    await end('SIGKILL');
    throw error;
  }
  return {
    bootstrapServers: nodes.map(({ port }) => `127.0.0.1:${port}`).join(),
    nodes: running,
    pids: running.map(({ pid }) => pid),
    logDirs: nodes.map(({ logDir }) => logDir),
    startMs: performance.now() - startedMs,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

/** The process of one node. */
class NodeProcess implements ApacheNode {
  readonly #node: KafkaNode;
  readonly #jars: string;
  readonly #brokers: number;
  #child: ChildProcess | undefined;

  constructor(node: KafkaNode, jars: string, brokers: number) {
    this.#node = node;
    this.#jars = jars;
    this.#brokers = brokers;
  }

  get nodeId(): number {
    return this.#node.id;
  }

  get port(): number {
    return this.#node.port;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  async start(): Promise<void> {
    this.#child = startNode(this.#jars, this.#node);
    await ready(this.#node, this.#child, this.#brokers);
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    if (this.#child !== undefined) await endProcess(this.#child, signal);
  }
}

async function planNodes({
  folder,
  nodes: count,
  settings,
}: ApacheKafkaOptions): Promise<KafkaNode[]> {
  const ports = await freePorts(2 * count);
  const nodes = Array.from({ length: count }, (_, i) => ({
    id: i + 1,
    port: ports[2 * i] ?? 0,
    controllerPort: ports[2 * i + 1] ?? 0,
    properties: join(folder, `node-${i + 1}.properties`),
    logDir: join(folder, `node-${i + 1}`),
    logFile: join(folder, `node-${i + 1}.log`),
  }));
  mkdirSync(folder, { recursive: true });
  for (const node of nodes) {
    writeProperties(node.properties, { ...settingsOf(node, nodes), ...settings });
  }
  return nodes;
}

function settingsOf(node: KafkaNode, nodes: readonly KafkaNode[]): Record<string, string | number> {
  const replicas = nodes.length;
  const inSyncMin = replicas > 1 ? 2 : 1;
  return {
    'process.roles': 'broker,controller',
    'node.id': node.id,
    'log.dirs': node.logDir,
    listeners: `PLAINTEXT://127.0.0.1:${node.port},CONTROLLER://127.0.0.1:${node.controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.quorum.bootstrap.servers': nodes
      .map(({ controllerPort }) => `127.0.0.1:${controllerPort}`)
      .join(),
    'default.replication.factor': replicas,
    'min.insync.replicas': inSyncMin,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': inSyncMin,
    'transaction.state.log.num.partitions': 4,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': inSyncMin,
    'share.coordinator.state.topic.num.partitions': 4,
    'group.initial.rebalance.delay.ms': 0,
  };
}

/** Gives a node's folder its ids, with every feature at its newest level; a folder that has them keeps them. */
async function format(jars: string, nodes: readonly KafkaNode[], node: KafkaNode): Promise<void> {
  const voters = nodes.map(
    // The last part is the id of the voter's folder, which has to be known before it is formatted.
    ({ id, controllerPort }) => `${id}@127.0.0.1:${controllerPort}:peer-of-odradek-node${id}A`,
  );
  const { exitCode, output } = await runJavaTool(jars, 'storage', [
    'format',
    '--ignore-formatted',
    '--cluster-id',
    clusterId,
    '--initial-controllers',
    voters.join(),
    '--config',
    node.properties,
  ]);
  if (exitCode !== 0) throw new Error(`formatting ${node.logDir} failed\n${output}`);
}

function startNode(jars: string, node: KafkaNode): ChildProcess {
  const log = openSync(node.logFile, 'a');
  const args = [...javaArguments(jars, 'kafka.Kafka', brokerJvm), node.properties];
  const child = spawn('java', args, { stdio: ['ignore', log, log] });
  closeSync(log);
  return child;
}

async function ready(node: KafkaNode, child: ChildProcess, brokers: number): Promise<void> {
  for (const deadlineMs = performance.now() + startTimeoutMs; performance.now() < deadlineMs;) {
    if (child.exitCode !== null) break;
    if ((await liveBrokers(node.port)) === brokers) return;
    await sleep(50);
  }
  const log = readFileSync(node.logFile, 'utf8').trim().split('\n').slice(-10).join('\n');
  throw new Error(`node ${node.id} of Apache Kafka does not come up\n${log}`);
}

async function endProcess(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
