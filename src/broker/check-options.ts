import type { Logger } from '../util/logger.ts';
import { nearestWord } from '../util/nearest.ts';
import { OdradekError } from '../util/odradek-error.ts';
import type { ClusterOptions, ClusterTopicOptions } from './cluster-api.ts';
import type { BrokerOptions, ConsoleOptions, TopicOptions } from './public-api.ts';

const brokerOptionNames: Readonly<Record<keyof BrokerOptions, true>> = {
  config: true,
  console: true,
  dataDir: true,
  defaults: true,
  host: true,
  logger: true,
  port: true,
  storage: true,
  topics: true,
  unref: true,
};

const consoleOptionNames: Readonly<Record<keyof ConsoleOptions, true>> = {
  host: true,
  password: true,
  port: true,
  readOnly: true,
};

const topicOptionNames: Readonly<Record<keyof TopicOptions, true>> = {
  config: true,
  partitions: true,
};

const logLevels = ['debug', 'info', 'warn', 'error'] as const;

const clusterOptionNames: Readonly<Record<keyof ClusterOptions, true>> = {
  brokers: true,
  config: true,
  console: true,
  dataDir: true,
  defaults: true,
  host: true,
  logger: true,
  port: true,
  racks: true,
  storage: true,
  threads: true,
  topics: true,
  unref: true,
};

const clusterTopicOptionNames: Readonly<Record<keyof ClusterTopicOptions, true>> = {
  ...topicOptionNames,
  replicationFactor: true,
};

/** What is each broker's own in a cluster, and given by it. */
const ownKeys: ReadonlySet<string> = new Set([
  'advertised.listeners',
  'broker.id',
  'broker.rack',
  'listeners',
  'log.dir',
  'log.dirs',
  'metadata.log.dir',
  'node.id',
  'odradek.metadata.store',
]);
const clusterBrokersMax = 100;

/**
 * Holds options against their types, which JavaScript has not: a misspelt `dataDir` would be a broker whose
 * data is gone when it stops. Throws `INVALID_ARGUMENT`.
 */
export function checkBrokerOptions(options: BrokerOptions): void {
  requireKnown('createBroker', options, brokerOptionNames);
  checkCommonOptions(options);
  for (const [name, topic] of Object.entries(options.topics ?? {})) {
    checkTopicOptions(name, typeof topic === 'number' ? { partitions: topic } : topic);
  }
}

/** The same for those of `createCluster`. */
export function checkClusterOptions(options: ClusterOptions): void {
  requireKnown('createCluster', options, clusterOptionNames);
  checkCommonOptions(options);
  const { brokers = 3, racks, config = {}, topics = {} } = options;
  if (!Number.isSafeInteger(brokers) || brokers < 1 || brokers > clusterBrokersMax) {
    throw invalid('brokers', brokers, `a whole number from 1 to ${clusterBrokersMax}`);
  }
  if (racks !== undefined && racks.length !== brokers) {
    throw invalid('racks', racks.join(', '), `one for each of ${brokers} brokers`);
  }
  const own = Object.keys(config).find((key) => ownKeys.has(key) && config[key] !== undefined);
  if (own !== undefined) {
    throw invalid(`config['${own}']`, config[own], 'nothing: each broker of a cluster has its own');
  }
  for (const [name, topic] of Object.entries(topics)) {
    checkClusterTopicOptions(name, typeof topic === 'number' ? { partitions: topic } : topic);
  }
}

function checkCommonOptions(
  options: Pick<BrokerOptions, 'storage' | 'dataDir' | 'defaults' | 'logger' | 'console'>,
): void {
  const { storage, dataDir, defaults, logger, console } = options;
  if (defaults !== undefined && defaults !== 'embedded' && defaults !== 'kafka') {
    throw invalid('defaults', defaults, "'embedded' or 'kafka'");
  }
  if (logger !== undefined) requireLogger(logger);
  if (console !== undefined && typeof console !== 'boolean') {
    requireKnown('console', console, consoleOptionNames);
  }
  if (storage !== undefined && storage !== 'disk' && storage !== 'memory') {
    throw invalid('storage', storage, "'disk' or 'memory'");
  }
  if (storage === 'memory' && dataDir !== undefined) {
    throw invalid('dataDir', dataDir, "nothing with storage: 'memory', which has no folder");
  }
}

/** A logger that lacks something would fail the broker at an event that comes late, or never. */
function requireLogger(logger: Partial<Logger> | null): void {
  const isWhole = logLevels.every((level) => typeof logger?.[level] === 'function');
  if (!isWhole)
    throw invalid('logger', logger, `an object with the functions ${logLevels.join(', ')}`);
}

/** Throws `INVALID_ARGUMENT` for a partition that a topic does not have; undefined stands for all of them. */
export function checkPartition(
  partition: number | undefined,
  topic: string,
  partitionCount: number,
): void {
  if (partition === undefined) return;
  if (Number.isInteger(partition) && partition >= 0 && partition < partitionCount) return;
  throw invalid('partition', partition, `one of the ${partitionCount} of ${topic}, from 0 on`);
}

/** The same for the options of the topic `name`. */
export function checkTopicOptions(name: string, options: TopicOptions): void {
  requireKnown(`the topic ${name}`, options, topicOptionNames);
  requireWhole('partitions', options.partitions);
}

/** The same for the options of a topic in a cluster. */
export function checkClusterTopicOptions(name: string, options: ClusterTopicOptions): void {
  requireKnown(`the topic ${name}`, options, clusterTopicOptionNames);
  requireWhole('partitions', options.partitions);
  requireWhole('replicationFactor', options.replicationFactor);
}

function requireWhole(argument: string, value: number | undefined): void {
  if (value === undefined || Number.isSafeInteger(value)) return;
  throw invalid(argument, value, 'a whole number');
}

function requireKnown(of: string, options: unknown, names: Readonly<Record<string, true>>): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalid('options', options, 'an object');
  }
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(names, name));
  if (unknown === undefined) return;
  const nearest = nearestWord(unknown, Object.keys(names));
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  throw new OdradekError(`${unknown} is no option of ${of}${hint}`, {
    code: 'INVALID_ARGUMENT',
    argument: unknown,
    expected: nearest ?? Object.keys(names).join(', '),
  });
}

function invalid(argument: string, value: unknown, expected: string): OdradekError {
  return new OdradekError(`${argument}=${String(value)}: expected ${expected}`, {
    code: 'INVALID_ARGUMENT',
    argument,
    expected,
  });
}
