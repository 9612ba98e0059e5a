import { type Client, createClient } from '../client/client.ts';
import type { ClientOptions } from '../client/client-options.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { CliContext } from './cli-context.ts';
import type { Arguments, OptionSpec } from './command.ts';
import { wholeNumber } from './parse-arguments.ts';

const defaultBootstrap = '127.0.0.1:9092';

/** The options of every command that talks to a broker. */
export const connectionOptions = {
  'bootstrap-server': {
    type: 'string',
    short: 'b',
    placeholder: 'HOST:PORT',
    help: `Any broker of the cluster, or several separated by commas. Default: ODRADEK_BOOTSTRAP, else ${defaultBootstrap}.`,
  },
  'timeout-ms': {
    type: 'string',
    placeholder: 'MS',
    help: 'How long to try before giving up. Default: 30000.',
  },
} as const satisfies Record<string, OptionSpec>;

/** The option of every command that has something to tell. */
export const jsonOption = {
  json: { type: 'boolean', help: 'Answer in JSON.' },
} as const satisfies Record<string, OptionSpec>;

/** Where the broker is: what was typed, else the environment, else this machine. */
function bootstrapServers(args: Arguments, context: CliContext): string {
  return (
    args.text('bootstrap-server') ?? context.environment['ODRADEK_BOOTSTRAP'] ?? defaultBootstrap
  );
}

/** Does `work` with a client of the cluster that the command line names, and closes it. */
export async function withClient<T>(
  args: Arguments,
  context: CliContext,
  work: (client: Client, runtime: Runtime) => Promise<T>,
  options: Partial<ClientOptions> = {},
): Promise<T> {
  const runtime = await context.runtime();
  const timeout = args.text('timeout-ms');
  const operationTimeoutMs =
    timeout === undefined ? 30_000 : wholeNumber(timeout, '--timeout-ms', 1, 0x7fff_ffff);
  const client = createClient(
    {
      bootstrapServers: bootstrapServers(args, context),
      clientId: 'odradek-cli',
      operationTimeoutMs,
      requestTimeoutMs: Math.min(30_000, operationTimeoutMs),
      connectTimeoutMs: Math.min(10_000, operationTimeoutMs),
      // Whoever types a wrong address or name wants to know at once.
      unreachableTimeoutMs: 0,
      unknownTopicTimeoutMs: 0,
      ...options,
    },
    runtime,
  );
  try {
    return await work(client, runtime);
  } finally {
    client.close();
  }
}
