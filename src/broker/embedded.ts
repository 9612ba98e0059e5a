import { resolve } from 'node:path';
import type { ConfigInput } from '../config/load-broker-config.ts';
import { loadBrokerConfig } from '../config/load-broker-config.ts';
import { resolveBrokerConfig } from '../config/resolve-broker-config.ts';
import { isRefusal } from '../controller/decision.ts';
import { startAdminOf, type AdminListener, type StartAdmin } from './admin-port.ts';
import { checkBrokerOptions, checkPartition, checkTopicOptions } from './check-options.ts';
import type { Broker, BrokerOptions, TopicOptions, TopicRecord } from './public-api.ts';
import { errorCodes } from '../protocol/error-codes.ts';
import { createMemoryFiles } from '../runtime/memory-files.ts';
import { backgroundOverFiles } from '../runtime/node/node-background.ts';
import { createNodeRuntime } from '../runtime/node/node-runtime.ts';
import {
  makeTemporaryDirectory,
  removeAbandonedDirectories,
  removeTemporaryDirectory,
} from '../runtime/node/temporary-directory.ts';
import { nodeFiles } from '../runtime/node/node-files.ts';
import { keepingAlive } from '../runtime/node/keep-alive.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { must } from '../util/assert.ts';
import { silentLogger, type Logger } from '../util/logger.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { RunningBroker } from './broker.ts';
import { consoleConfig } from './console-options.ts';
import { embeddedDefaults } from './embedded-defaults.ts';
import { readRecords } from './read-records.ts';

const memoryDirectory = '/odradek';

/** Where a broker keeps its data, and what becomes of that when it stops. */
interface Storage {
  readonly directories: readonly string[];
  readonly metadataDirectory: string;
  readonly temporary: boolean;
  readonly runtime: Runtime;
  readonly unref: boolean;
  /** Takes away what must not outlive the broker; nothing where it is to be kept. Never fails. */
  readonly remove: () => Promise<void>;
}

/** What `createBroker` loads when it is needed. */
export interface EmbeddedModules {
  /** The entry of the thread for heavy work. */
  readonly workerUrl: URL;
  readonly startAdmin: StartAdmin;
}

/** `createBroker`: see there. */
export function startEmbedded(options: BrokerOptions, modules: EmbeddedModules): Promise<Broker> {
  return keepingAlive(() => start(options, modules));
}

async function start(
  options: BrokerOptions,
  { workerUrl, startAdmin }: EmbeddedModules,
): Promise<Broker> {
  checkBrokerOptions(options);
  const logger = options.logger ?? silentLogger;
  const values = loadOptions(configOf(options), logger);
  const storage = openStorage(options, values, workerUrl);
  try {
    const { directories, metadataDirectory, temporary, runtime } = storage;
    const running = await RunningBroker.start(
      {
        values,
        directories,
        metadataDirectory,
        temporary,
        inMemory: options.storage === 'memory',
      },
      { runtime, logger },
    );
    try {
      const broker = new EmbeddedBroker(running, storage, options);
      await broker.createTopics(options.topics ?? {});
      const { unref } = storage;
      const enter = (event: () => void): void => event();
      const admin = { broker: running, runtime, files: nodeFiles, logger, unref, enter };
      broker.takeOver(await startAdminOf(startAdmin, admin));
      return broker;
    } catch (error) {
      await running.stop({ discard: temporary });
      throw error;
    }
  } catch (error) {
    await storage.remove();
    throw error;
  }
}

/** The configuration that options stand for, with what is to be said of it. Throws as `loadBrokerConfig` does. */
export function loadOptions(
  values: Readonly<Record<string, ConfigInput | undefined>>,
  logger: Logger,
): ReadonlyMap<string, string> {
  const loaded = loadBrokerConfig([{ name: 'the options', unknownKeys: 'refuse', values }]);
  for (const warning of loaded.warnings) logger.warn(warning);
  if (loaded.ignored.length > 0) {
    logger.info('some keys mean nothing here and are ignored', { keys: loaded.ignored.join(' ') });
  }
  if (loaded.later.length > 0) {
    logger.warn('some keys do not act yet', { keys: loaded.later.join(' ') });
  }
  return loaded.values;
}

const removeNothing = (): Promise<void> => Promise.resolve();

/** The configuration that the options stand for. What is undefined counts as not given. */
function configOf(options: BrokerOptions): Record<string, ConfigInput | undefined> {
  const given = Object.entries(withListener(options)).filter(([, value]) => value !== undefined);
  const defaults = options.defaults === 'kafka' ? {} : embeddedDefaults(options.config ?? {});
  return { ...defaults, ...Object.fromEntries(given) };
}

/** `host` and `port` are a short form of `listeners`. */
function withListener(options: BrokerOptions): Record<string, ConfigInput | undefined> {
  const { host = '127.0.0.1', port = 0 } = options;
  const config = { ...options.config, ...consoleConfig(options.console) };
  if (
    config['listeners'] !== undefined &&
    options.host === undefined &&
    options.port === undefined
  ) {
    return config;
  }
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return { ...config, listeners: `PLAINTEXT://${shownHost}:${port}` };
}

function openStorage(
  options: BrokerOptions,
  values: ReadonlyMap<string, string>,
  workerUrl: URL,
): Storage {
  const config = resolveBrokerConfig({
    dynamicBroker: new Map(),
    dynamicDefault: new Map(),
    static: values,
  });
  const inMemory = options.storage === 'memory';
  const given = options.dataDir === undefined ? config.logDirs : [options.dataDir];
  const unref = options.unref ?? (inMemory || given === undefined);
  const runtime = createNodeRuntime({ unref, workerUrl });
  if (inMemory) {
    const files = createMemoryFiles({
      budgetBytes: config.memoryStorageBytes,
      clock: runtime.clock,
    });
    return {
      directories: [memoryDirectory],
      metadataDirectory: memoryDirectory,
      temporary: true,
      runtime: { ...runtime, files, background: backgroundOverFiles(runtime.background, files) },
      unref,
      remove: removeNothing,
    };
  }
  if (given !== undefined) {
    const directories = given.map((path) => resolve(path));
    const metadataDirectory = resolve(config.metadataLogDir ?? must(directories[0]));
    return {
      directories,
      metadataDirectory,
      temporary: false,
      runtime,
      unref,
      remove: removeNothing,
    };
  }
  const directory = makeTemporaryDirectory();
  void removeAbandonedDirectories(runtime.files, directory).catch(() => {});
  return {
    directories: [directory],
    metadataDirectory: directory,
    temporary: true,
    runtime,
    unref,
    remove: () => removeTemporaryDirectory(directory),
  };
}

/** The handle that `createBroker` answers. */
class EmbeddedBroker implements Broker {
  readonly bootstrapServers: string;
  readonly clusterId: string;
  readonly nodeId: number;
  readonly dataDirs: readonly string[];
  readonly closed: Promise<void>;
  readonly #running: RunningBroker;
  readonly #storage: Storage;
  #admin: AdminListener | undefined;
  #stopping: Promise<void> | undefined;

  constructor(running: RunningBroker, storage: Storage, options: BrokerOptions) {
    this.#running = running;
    this.#storage = storage;
    this.bootstrapServers = running.addresses
      .map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`)
      .join(',');
    this.clusterId = running.clusterId;
    this.nodeId = running.config.nodeId;
    this.dataDirs = options.storage === 'memory' ? [] : storage.directories;
    this.closed = running.closed;
  }

  get consoleUrl(): string | undefined {
    return this.#admin?.url;
  }

  /** Ends `admin` with the broker. */
  takeOver(admin: AdminListener | undefined): void {
    this.#admin = admin;
    this.closed.catch(() => admin?.destroy());
  }

  async createTopic(name: string, options: TopicOptions = {}): Promise<void> {
    checkTopicOptions(name, options);
    await this.createTopics({ [name]: options });
  }

  /** Makes several topics in one step; fails with the first that cannot be made. */
  async createTopics(topics: Readonly<Record<string, number | TopicOptions>>): Promise<void> {
    const asked = Object.entries(topics).map(([name, topic]) => {
      const { partitions, config = {} } = typeof topic === 'number' ? { partitions: topic } : topic;
      return {
        name,
        numPartitions: partitions ?? -1,
        replicationFactor: -1,
        assignments: [],
        configs: Object.entries(config).map(([key, value]) => ({
          name: key,
          value: Array.isArray(value) ? value.join(',') : String(value),
        })),
      };
    });
    if (asked.length === 0) return;
    this.#refuseIfStopped();
    const results = await keepingAlive(() => this.#running.createTopics(asked));
    for (const result of results) {
      if (!isRefusal(result)) continue;
      throw new OdradekError(
        `the topic ${result.name} was not created: ${result.error}: ${result.message}`,
        {
          code: 'BROKER_REFUSED',
          operation: 'createTopic',
          errorCode: errorCodes[result.error],
          errorName: result.error,
        },
      );
    }
  }

  records(topic: string, options: { partition?: number } = {}): Promise<TopicRecord[]> {
    return keepingAlive(() => this.#records(topic, options));
  }

  #refuseIfStopped(): void {
    if (!this.#running.isStopping) return;
    throw new OdradekError('the broker has stopped', { code: 'BROKER_STOPPED' });
  }

  async #records(topic: string, options: { partition?: number }): Promise<TopicRecord[]> {
    this.#refuseIfStopped();
    const image = this.#running.metadata.image.topicsByName.get(topic);
    if (image === undefined) {
      throw new OdradekError(`there is no topic ${topic}`, { code: 'UNKNOWN_TOPIC', topic });
    }
    checkPartition(options.partition, topic, image.partitions.length);
    const records: TopicRecord[] = [];
    const limits = { decompressedBytesMax: this.#running.config.decompressedBatchMaxBytes };
    const shownId = image.filtered?.sourceTopicId ?? image.id;
    const filter = this.#running.topicFilters.of(image)?.filter;
    if (image.filtered !== undefined && filter === undefined) return [];
    for (const { index } of image.partitions) {
      if (options.partition !== undefined && options.partition !== index) continue;
      const partition = this.#running.partitions.getById(shownId, index);
      if (partition === undefined) continue;
      for await (const record of readRecords(partition, 0, limits)) {
        const place = { topic: partition.topic, partition: index };
        if (filter?.matches({ ...record, ...place }) === false) continue;
        records.push({
          topic,
          partition: index,
          offset: record.offset,
          timestamp: record.timestamp,
          key: asBuffer(record.key),
          value: asBuffer(record.value),
          headers: record.headers.map(({ key, value }) => ({ key, value: asBuffer(value) })),
        });
      }
    }
    return records;
  }

  stop(): Promise<void> {
    this.#stopping ??= keepingAlive(async () => {
      await this.#admin?.close();
      await this.#running.stop({ discard: this.#storage.temporary });
      await this.#storage.remove();
    });
    return this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

function asBuffer(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
