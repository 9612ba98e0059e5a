import { resolve } from 'node:path';
import { createBroker, createCluster, type Broker, type Cluster } from '../index.ts';
import { tuneGarbageCollection } from '../runtime/node/garbage-collection.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Logger } from '../util/logger.ts';
import { hasCode, OdradekError } from '../util/odradek-error.ts';
import { type CliContext, exitCodes } from './cli-context.ts';
import type { Arguments, Command } from './command.ts';
import { createConsoleLogger, logFormats, logLevels } from './console-logger.ts';
import { wholeNumber } from './parse-arguments.ts';
import { readStartConfig, type StartConfig } from './start-config.ts';
import { usageError } from './usage-error.ts';
import { odradekVersion } from './version.ts';

const defaultPort = 9092;
const defaultHost = '127.0.0.1';
const defaultConsolePort = 8080;
const consoleModes = ['on', 'off', 'read-only'] as const;

/** `odradek start`: a thin caller of `createBroker`, with what only a command may read around it. */
export const startCommand: Command = {
  name: 'start',
  summary: 'Run a broker, or several, until stopped',
  description: [
    "Configuration comes from the file of --config, the environment (KAFKA_NUM_PARTITIONS=3 is num.partitions=3) and --set, the later ones winning. Keys and values are Kafka's.",
    'Ctrl-C or SIGTERM stops it in order; a second one at once.',
  ],
  positionals: [],
  options: {
    'data-dir': {
      type: 'string',
      short: 'd',
      placeholder: 'DIR',
      help: 'Where topics and metadata are kept. Default: log.dirs of the configuration, else ./data.',
      completes: 'directory',
    },
    memory: { type: 'boolean', help: 'Keeps everything in memory; gone when it stops.' },
    brokers: {
      type: 'string',
      short: 'n',
      placeholder: 'COUNT',
      help: 'Runs a cluster of so many brokers in this process, each in a thread: from --port on, and in broker-1, broker-2 and so on of the data directory.',
    },
    metadata: {
      type: 'string',
      placeholder: 'STORE',
      help: 'Where the metadata is kept: etcd://HOST:2379,HOST:2379 (etcds:// with TLS), or embedded, the default, which is in the data directory.',
    },
    host: {
      type: 'string',
      placeholder: 'HOST',
      help: `The address to listen on. Default: ${defaultHost}, which only this machine reaches.`,
    },
    port: {
      type: 'string',
      short: 'p',
      placeholder: 'PORT',
      help: `The port to listen on, 0 for any free one. Default: ${defaultPort}.`,
    },
    config: {
      type: 'string',
      short: 'c',
      placeholder: 'FILE',
      help: "A properties file, such as Kafka's server.properties.",
      completes: 'file',
    },
    set: {
      type: 'string',
      multiple: true,
      placeholder: 'KEY=VALUE',
      help: 'Sets one configuration key. May be repeated.',
    },
    override: {
      type: 'string',
      multiple: true,
      placeholder: 'KEY=VALUE',
      help: "The same as --set, by the name that Kafka's own script has for it.",
    },
    console: {
      type: 'string',
      placeholder: 'MODE',
      choices: consoleModes,
      help: 'Whether the console is served, and all else over HTTP: on, off, or read-only, with which nothing can be changed over HTTP. Default: on, for this machine alone.',
    },
    'console-port': {
      type: 'string',
      placeholder: 'PORT',
      help: `The port of the console, or the next one that is free; 0 for any. Default: ${defaultConsolePort}; with --brokers each broker has its own, from there on.`,
    },
    'log-format': {
      type: 'string',
      placeholder: 'FORM',
      choices: logFormats,
      help: 'How events are logged on standard error, one a line: text or json. Default: text.',
    },
    'log-level': {
      type: 'string',
      placeholder: 'LEVEL',
      choices: logLevels,
      help: 'Logs events from this level up: debug, info, warn or error. Default: info.',
    },
  },
  examples: [
    { text: 'A broker on 127.0.0.1:9092 with its data in ./data', command: 'odradek start' },
    {
      text: 'A cluster of three, on ports 9092, 9093 and 9094',
      command: 'odradek start --brokers 3',
    },
    {
      text: 'One for a test: any port, nothing on disk',
      command: 'odradek start --port 0 --memory',
    },
    {
      text: 'One whose topics and configs are in etcd',
      command: 'odradek start --metadata etcd://127.0.0.1:2379',
    },
    {
      text: 'Three partitions for new topics, events as JSON',
      command: 'odradek start --set num.partitions=3 --log-format json',
    },
  ],
  run: async (args, context) => {
    tuneGarbageCollection();
    const runtime = await context.runtime();
    const logger = consoleLogger(args, context, runtime);
    try {
      await runBroker(args, context, runtime, logger);
    } catch (error) {
      // Whoever reads events as JSON reads nothing else.
      const isEvent = args.text('log-format') === 'json' && error instanceof OdradekError;
      if (!isEvent || error.code === 'INVALID_ARGUMENT') throw error;
      logger.error('broker failed', { code: error.code, reason: error.message });
      return exitCodes.failed;
    }
    return exitCodes.ok;
  },
};

async function runBroker(
  args: Arguments,
  context: CliContext,
  runtime: Runtime,
  logger: Logger,
): Promise<void> {
  const config = readStartConfig(args, context, runtime);
  for (const warning of config.warnings) logger.warn(warning);
  const interrupted = new Promise<void>((settle) => {
    context.onInterrupt(settle);
  });
  const isCluster = args.text('brokers') !== undefined;
  const started = isCluster
    ? await startCluster(args, context, config, logger)
    : await startBroker(args, context, config, logger);
  announce(started, args, context, logger);
  const what = isCluster ? 'cluster' : 'broker';
  try {
    // Rejects when a broken invariant has stopped a broker.
    await Promise.race([interrupted, started.closed]);
  } finally {
    logger.info(`${what} stops`);
    await started.stop();
    logger.info(`${what} stopped`);
  }
}

function consoleLogger(args: Arguments, context: CliContext, runtime: Runtime): Logger {
  const format = logFormats.find((known) => known === args.text('log-format')) ?? 'text';
  const level = logLevels.find((known) => known === args.text('log-level')) ?? 'info';
  // As https://no-color.org has it, where an empty value counts for nothing.
  const color = context.err.isTty && (context.environment['NO_COLOR'] ?? '') === '';
  const write = (line: string): void => {
    context.err.write(line);
  };
  return createConsoleLogger({ format, level, color }, { clock: runtime.clock, write });
}

/** Where the data is to be and where to listen, as typed, else as the configuration has it, else as usual. */
function placeOf(args: Arguments, context: CliContext, { values }: StartConfig) {
  const portText = args.text('port');
  const port = portText === undefined ? undefined : wholeNumber(portText, '--port', 0, 65_535);
  const host = args.text('host');
  // Where the configuration says something, only what was typed goes above it.
  const hasListeners = values.has('listeners');
  const hasDirs = values.has('log.dirs') || values.has('log.dir');
  const dataDir = args.text('data-dir') ?? (hasDirs ? undefined : 'data');
  const isInMemory = args.flag('memory');
  if (isInMemory && args.flag('data-dir')) {
    throw usageError('--memory and --data-dir: expected one of them.', '--memory', 'one of them');
  }
  return {
    storage: isInMemory ? ('memory' as const) : ('disk' as const),
    ...(dataDir === undefined || isInMemory
      ? {}
      : { dataDir: resolve(context.workingDirectory, dataDir) }),
    ...(hasListeners && host === undefined ? {} : { host: host ?? defaultHost }),
    ...(hasListeners && port === undefined ? {} : { port: port ?? defaultPort }),
    config: { ...Object.fromEntries(values), ...consoleValues(args, values) },
    defaults: 'kafka' as const,
    unref: false,
  };
}

/** What is served over HTTP, likewise. */
function consoleValues(args: Arguments, values: StartConfig['values']): Record<string, string> {
  const mode = args.text('console');
  const listenerKey = 'odradek.admin.listener';
  if (mode === 'off') return { [listenerKey]: '' };
  const portText = args.text('console-port');
  const port =
    portText === undefined ? undefined : wholeNumber(portText, '--console-port', 0, 65_535);
  const isSet = values.has(listenerKey) && port === undefined;
  const isTurnedOn = mode === 'on' && (values.get(listenerKey) ?? '') === '';
  return {
    ...(isSet && !isTurnedOn
      ? {}
      : { [listenerKey]: `http://${defaultHost}:${port ?? defaultConsolePort}` }),
    ...(mode === 'read-only' ? { 'odradek.console': 'read-only' } : {}),
  };
}

async function startBroker(
  args: Arguments,
  context: CliContext,
  config: StartConfig,
  logger: Logger,
): Promise<Broker> {
  const place = placeOf(args, context, config);
  try {
    return await createBroker({ ...place, logger });
  } catch (error) {
    throw withAdvice(error);
  }
}

async function startCluster(
  args: Arguments,
  context: CliContext,
  config: StartConfig,
  logger: Logger,
): Promise<Cluster> {
  const brokers = wholeNumber(args.text('brokers') ?? '', '--brokers', 1, 100);
  if (args.text('metadata') !== undefined) {
    const message = '--brokers and --metadata: brokers of one process have their metadata in it.';
    throw usageError(message, '--metadata', 'one of them');
  }
  const place = placeOf(args, context, config);
  try {
    return await createCluster({ ...place, brokers, threads: true, logger });
  } catch (error) {
    throw withAdvice(error);
  }
}

/** Says what can be done about the failures that happen to everybody. */
function withAdvice(error: unknown): unknown {
  if (hasCode(error, 'PORT_IN_USE')) {
    const { host, port } = error.details;
    return advised(
      error,
      `Another broker may be running there; odradek topic list -b ${host}:${port} tells. ` +
        `odradek start --port ${port + 1} takes another port, --port 0 any free one.`,
    );
  }
  if (hasCode(error, 'DATA_DIR_LOCKED')) {
    return advised(error, 'Another broker runs on this folder; --data-dir names another one.');
  }
  return error;
}

function advised(error: OdradekError, advice: string): OdradekError {
  return new OdradekError(`${error.message}\n${advice}`, error.details, { cause: error });
}

/** Where it listens, where its data is, and what to type next; as an event where a machine reads along. */
function announce(
  started: Broker | Cluster,
  args: Arguments,
  context: CliContext,
  logger: Logger,
): void {
  const isCluster = 'brokers' in started;
  const brokers = isCluster ? started.brokers : [started];
  if (args.text('log-format') === 'json') {
    const { bootstrapServers, clusterId } = started;
    const dataDirs = brokers.flatMap((broker) => broker.dataDirs).join(', ');
    const own = isCluster ? { brokers: brokers.length } : { nodeId: started.nodeId };
    const consoles = brokers.flatMap(({ consoleUrl }) => consoleUrl ?? []).join(', ');
    const event = isCluster ? 'cluster is ready' : 'broker is ready';
    logger.info(event, { bootstrapServers, dataDirs, consoles, clusterId, ...own });
    return;
  }
  const [address = ''] = started.bootstrapServers.split(',');
  const isDefault = address === `${defaultHost}:${defaultPort}`;
  const bootstrap = isDefault ? '' : ` -b ${address}`;
  const line = (words: string): string => context.commandLine(`${words}${bootstrap}`);
  context.out.write(
    [
      ...(isCluster
        ? [`Odradek ${odradekVersion} is ready: a cluster of ${brokers.length}.`]
        : [`Odradek ${odradekVersion} is ready.`]),
      ...brokers.flatMap(({ nodeId, bootstrapServers, dataDirs, consoleUrl }) => [
        ...(isCluster ? [`Broker ${nodeId}`] : []),
        `  listens on  ${bootstrapServers}`,
        `  data in     ${dataDirs.length === 0 ? 'memory' : dataDirs.join(', ')}`,
        ...(consoleUrl === undefined ? [] : [`  console     ${consoleUrl}`]),
      ]),
      'To write a message, and to read it, in another terminal:',
      `  echo hello | ${line('produce greetings')}`,
      `  ${line('consume greetings')}`,
      '',
    ].join('\n'),
  );
}
