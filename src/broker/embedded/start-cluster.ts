import type { BrokerConfig } from '../../config/broker-config.ts';
import type { ConfigInput } from '../../config/load-broker-config.ts';
import { resolveBrokerConfig } from '../../config/resolve-broker-config.ts';
import { Cuts } from '../../faults/cuts.ts';
import { PortOwners } from '../../faults/port-owners.ts';
import { keepingAlive } from '../../runtime/node/keep-alive.ts';
import { backgroundOverFiles } from '../../runtime/node/node-background.ts';
import { createNodeRuntime } from '../../runtime/node/node-runtime.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { silentLogger } from '../../util/logger.ts';
import type { StartAdmin } from '../admin-port.ts';
import { checkClusterOptions } from '../check-options.ts';
import type { Cluster, ClusterOptions } from '../cluster-api.ts';
import { consoleConfig, withAdminPort } from '../console-options.ts';
import { embeddedDefaults } from '../embedded-defaults.ts';
import { loadOptions } from '../embedded.ts';
import { WatchedImage } from './cluster-image.ts';
import { openClusterStorage, type ClusterStorage } from './cluster-storage.ts';
import { EmbeddedCluster } from './embedded-cluster.ts';
import { LocalMember } from './local-member.ts';
import { ThreadMember } from './thread-member.ts';

const defaultBrokers = 3;

/** What clusters load when it is needed. */
export interface ClusterLoads {
  /** What threads run for heavy work. */
  readonly workerUrl: URL;
  /** And what they run for a broker. */
  readonly brokerUrl: URL;
  readonly startAdmin: StartAdmin;
}

/** `createCluster`: see there. */
export function startCluster(options: ClusterOptions, loads: ClusterLoads): Promise<Cluster> {
  return keepingAlive(() => start(options, loads));
}

async function start(options: ClusterOptions, loads: ClusterLoads): Promise<Cluster> {
  checkClusterOptions(options);
  const logger = options.logger ?? silentLogger;
  const values = loadOptions(configOf(options), logger);
  const config = resolveBrokerConfig({
    dynamicBroker: new Map(),
    dynamicDefault: new Map(),
    static: values,
  });
  const unref = options.unref ?? options.dataDir === undefined;
  // What the cluster does itself needs no thread for heavy work.
  const runtime = createNodeRuntime({ unref });
  const storage = await openClusterStorage(options, config, { runtime, logger });
  try {
    const { store } = storage;
    const watched = await WatchedImage.open({ store, timers: runtime.timers });
    const cuts = new Cuts();
    const owners = new PortOwners();
    const createRuntime = (nodeId: number): Runtime =>
      withFiles(createNodeRuntime({ unref, workerUrl: loads.workerUrl }), storage, nodeId);
    const onDefect = (error: unknown): void => cluster.defect(error);
    const shared = { storage, cuts, owners, logger, onDefect };
    const members = memberOptions(options, values, config).map((member) =>
      options.threads === true
        ? new ThreadMember(member, { ...shared, ...loads, unref })
        : new LocalMember(member, {
            ...shared,
            createRuntime,
            startAdmin: loads.startAdmin,
            unref,
          }),
    );
    const cluster = new EmbeddedCluster({ runtime, storage, watched, members, cuts });
    return await begun(cluster, options);
  } catch (error) {
    await storage.close();
    throw error;
  }
}

async function begun(cluster: EmbeddedCluster, { topics = {} }: ClusterOptions): Promise<Cluster> {
  try {
    await cluster.start();
    await cluster.createTopics(topics);
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

function withFiles(runtime: Runtime, storage: ClusterStorage, nodeId: number): Runtime {
  if (!storage.inMemory) return runtime;
  const files = storage.filesOf(nodeId);
  return { ...runtime, files, background: backgroundOverFiles(runtime.background, files) };
}

function configOf({
  config = {},
  console,
  defaults,
}: ClusterOptions): Record<string, ConfigInput | undefined> {
  const given = Object.entries({ ...config, ...consoleConfig(console) }).filter(
    ([, value]) => value !== undefined,
  );
  const inherited = defaults === 'kafka' ? {} : embeddedDefaults(config);
  return { ...inherited, ...Object.fromEntries(given) };
}

function memberOptions(
  { brokers = defaultBrokers, racks, host = '127.0.0.1', port = 0 }: ClusterOptions,
  values: ReadonlyMap<string, string>,
  config: BrokerConfig,
) {
  return Array.from({ length: brokers }, (_, index) => {
    const nodeId = index + 1;
    const rack = racks?.[index];
    const own: [string, string][] = [
      ['node.id', String(nodeId)],
      ['broker.id', String(nodeId)],
      ...(rack === undefined ? [] : [['broker.rack', rack] satisfies [string, string]]),
    ];
    return {
      nodeId,
      values: withAdminPort(new Map([...values, ...own]), (base) =>
        base === 0 ? 0 : base + index,
      ),
      host,
      port: port === 0 ? 0 : port + index,
      storeTimeoutMs: config.metadataStore.timeoutMs,
    };
  });
}
