import type { Logger } from '../util/logger.ts';
import { nearestWord } from '../util/nearest.ts';
import { OdradekError } from '../util/odradek-error.ts';
import type { BrokerOptions, TopicOptions } from './public-api.ts';

const brokerOptionNames: Readonly<Record<keyof BrokerOptions, true>> = {
  config: true,
  dataDir: true,
  defaults: true,
  host: true,
  logger: true,
  port: true,
  storage: true,
  topics: true,
  unref: true,
};

const topicOptionNames: Readonly<Record<keyof TopicOptions, true>> = {
  config: true,
  partitions: true,
};

const logLevels = ['debug', 'info', 'warn', 'error'] as const;

/**
 * Holds options against their types, which JavaScript has not: a misspelt `dataDir` would be a broker whose
 * data is gone when it stops. Throws `INVALID_ARGUMENT`.
 */
export function checkBrokerOptions(options: BrokerOptions): void {
  requireKnown('createBroker', options, brokerOptionNames);
  const { storage, dataDir, defaults, logger, topics = {} } = options;
  if (defaults !== undefined && defaults !== 'embedded' && defaults !== 'kafka') {
    throw invalid('defaults', defaults, "'embedded' or 'kafka'");
  }
  if (logger !== undefined) requireLogger(logger);
  if (storage !== undefined && storage !== 'disk' && storage !== 'memory') {
    throw invalid('storage', storage, "'disk' or 'memory'");
  }
  if (storage === 'memory' && dataDir !== undefined) {
    throw invalid('dataDir', dataDir, "nothing with storage: 'memory', which has no folder");
  }
  for (const [name, topic] of Object.entries(topics)) {
    checkTopicOptions(name, typeof topic === 'number' ? { partitions: topic } : topic);
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
  const { partitions } = options;
  if (partitions !== undefined && !Number.isSafeInteger(partitions)) {
    throw invalid('partitions', partitions, 'a whole number');
  }
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
