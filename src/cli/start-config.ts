import { resolve } from 'node:path';
import { brokerConfigKeys } from '../config/config-table.ts';
import {
  type ConfigOrigin,
  environmentConfig,
  loadBrokerConfig,
} from '../config/load-broker-config.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { parseJavaProperties } from '../util/java-properties.ts';
import { hasCode } from '../util/odradek-error.ts';
import type { CliContext } from './cli-context.ts';
import type { Arguments } from './command.ts';
import { keyValuePairs } from './report.ts';
import { usageError } from './usage-error.ts';

/** A broker's configuration as it is found around `odradek start`. */
export interface StartConfig {
  /** Known keys and valid values. */
  readonly values: ReadonlyMap<string, string>;
  /** One sentence each. */
  readonly warnings: readonly string[];
}

/**
 * Brings together the properties file, the environment and the flags, the later ones winning. Throws
 * `INVALID_ARGUMENT` for a file that is not there, `INVALID_CONFIG` for a bad value, and `UNKNOWN_CONFIG` for
 * an unknown key in a flag; elsewhere that is a warning, since files and environments serve others too.
 */
export function readStartConfig(
  args: Arguments,
  context: CliContext,
  runtime: Pick<Runtime, 'files'>,
): StartConfig {
  const origins: ConfigOrigin[] = [];
  const path = args.text('config');
  if (path !== undefined) {
    const values = readProperties(resolve(context.workingDirectory, path), path, runtime);
    origins.push({ name: path, unknownKeys: 'warn', values });
  }
  const environment = environmentConfig(context.environment);
  origins.push({ name: 'the environment', unknownKeys: 'warn', values: environment });
  const pairs = [...args.texts('override'), ...args.texts('set')];
  origins.push({ name: '--set', unknownKeys: 'refuse', values: keyValuePairs(pairs, '--set') });
  const store = { 'odradek.metadata.store': args.text('metadata') };
  origins.push({ name: '--metadata', unknownKeys: 'refuse', values: store });
  const { values, warnings } = loadBrokerConfig(origins);
  return { values: new Map([...values].filter(([key]) => isKnown(key))), warnings };
}

function readProperties(
  path: string,
  asTyped: string,
  { files }: Pick<Runtime, 'files'>,
): ReadonlyMap<string, string> {
  try {
    return parseJavaProperties(new TextDecoder().decode(files.readFile(path)));
  } catch (error) {
    if (!hasCode(error, 'FILE_NOT_FOUND')) throw error;
    throw usageError(
      `--config ${asTyped}: there is no such file.`,
      '--config',
      'a properties file',
    );
  }
}

/** Whether the broker takes the key, maybe for one listener alone. */
function isKnown(key: string): boolean {
  return (
    brokerConfigKeys.has(key) || brokerConfigKeys.has(key.replace(/^listener\.name\.[^.]+\./, ''))
  );
}
