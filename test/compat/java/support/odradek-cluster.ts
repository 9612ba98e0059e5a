import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApacheKafka } from '../../../../benchmarks/peers/apache-kafka.ts';
import { freePorts } from '../../../../benchmarks/peers/free-ports.ts';
import { writeProperties } from '../../../../benchmarks/peers/properties.ts';
import { createClient, type Client } from '../../../../src/client/client.ts';
import { createNodeRuntime } from '../../../../src/runtime/node/node-runtime.ts';
import { must } from '../../../../src/util/assert.ts';
import { EtcdProcess, etcdMissing } from '../../../metadata/etcd/etcd-process.ts';
import { BrokerProcess } from './broker-process.ts';
import { jarsFolder } from './tools.ts';

const nodeIds = [1, 2, 3] as const;
type NodeId = (typeof nodeIds)[number];

const isControl = process.env['COMPAT_CONTROL'] === 'apache';

/** Why there can be no such cluster here; false where there can. For `test(..., { skip })`. */
export const clusterMissing = isControl ? false : etcdMissing;

/** Three brokers, each in a process of its own, that agree by an etcd. */
export interface OdradekCluster {
  readonly bootstrapServers: string;
  /** Our own client of it, which sees to what a test is not about. */
  readonly client: Client;
  /** SIGKILL, and waits until it is gone. */
  kill(nodeId: number): Promise<void>;
  /** Kills all, and removes what they wrote. */
  discard(): Promise<void>;
}

/**
 * Starts them from a `server.properties` each, and waits until each knows all. With `COMPAT_CONTROL=apache` in
 * the environment they are three nodes of Apache Kafka.
 */
export async function startOdradekCluster(): Promise<OdradekCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-java-cluster-'));
  const { bootstrapServers, kill } = await (isControl
    ? startControl(folder)
    : startBrokers(folder));
  const client = createClient({ bootstrapServers }, createNodeRuntime());
  return {
    bootstrapServers,
    client,
    kill: (nodeId) => kill([must(nodeIds.find((id) => id === nodeId))]),
    discard: async () => {
      client.close();
      await kill(nodeIds);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Brokers {
  readonly bootstrapServers: string;
  kill(nodes: readonly NodeId[]): Promise<void>;
}

async function startBrokers(folder: string): Promise<Brokers> {
  // It is removed when the test file ends.
  const etcd = await EtcdProcess.start();
  const ports = await freePorts(nodeIds.length);
  const brokers = nodeIds.map((id, index) => {
    const port = must(ports[index]);
    const dataDir = join(folder, String(id));
    mkdirSync(dataDir);
    const settings = {
      'node.id': id,
      'broker.rack': `rack-${id}`,
      listeners: `PLAINTEXT://127.0.0.1:${port}`,
      'log.dirs': dataDir,
      'odradek.metadata.store': `etcd://${etcd.endpoint}/java`,
      // Groups gather at once, as on Apache's nodes beside which this is tried.
      'group.initial.rebalance.delay.ms': 0,
      'offsets.topic.num.partitions': 4,
    };
    const file = writeProperties(join(folder, `${id}.properties`), settings);
    return new BrokerProcess(port, ['--config', file]);
  });
  const kill = async (nodes: readonly NodeId[]): Promise<void> => {
    await Promise.all(nodes.map((id) => must(brokers[id - 1]).end('SIGKILL')));
  };
  try {
    await Promise.all(brokers.map((broker) => broker.knows(nodeIds.length)));
  } catch (error) {
    await kill(nodeIds);
    throw error;
  }
  return { bootstrapServers: ports.map((port) => `127.0.0.1:${port}`).join(), kill };
}

async function startControl(folder: string): Promise<Brokers> {
  const jars = await jarsFolder();
  const kafka = await startApacheKafka({ jars, folder, nodes: nodeIds.length });
  return {
    bootstrapServers: kafka.bootstrapServers,
    kill: async (nodes) => {
      if (nodes.length === nodeIds.length) return kafka.kill();
      for (const id of nodes) process.kill(must(kafka.pids[id - 1]), 'SIGKILL');
    },
  };
}
