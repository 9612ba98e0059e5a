import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../tools/run-command.ts';

const pom = join(import.meta.dirname, 'pom.xml');

/** Where Apache Kafka's jars are, or why they are not. */
export type Jars =
  | { readonly available: true; readonly folder: string }
  | { readonly available: false; readonly reason: string };

/** The version of Apache Kafka that a pom names. */
function apacheKafkaVersion(text: string): string {
  const version = /<kafka\.version>([^<]+)</.exec(text)?.[1];
  if (version === undefined) throw new Error(`${pom} names no kafka.version`);
  return version;
}

/**
 * Finds Apache Kafka's jars: those of an installation at `APACHE_KAFKA_HOME`, else those in a cache folder
 * outside the repository, which Maven fills when it is not complete. Never rejects.
 */
export async function findJars(): Promise<Jars> {
  const java = await runCommand('java', ['-version']);
  if (java.exitCode !== 0) return { available: false, reason: 'no java in PATH' };
  const home = process.env['APACHE_KAFKA_HOME'];
  if (home !== undefined && home !== '') return jarsOfInstallation(home);
  const wanted = readFileSync(pom, 'utf8');
  const folder = join(homedir(), '.cache', `apache-kafka-${apacheKafkaVersion(wanted)}`);
  // A folder that was filled by another list of jars is filled up.
  const digest = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  const complete = join(folder, `.complete-${digest}`);
  if (existsSync(complete)) return { available: true, folder };
  mkdirSync(folder, { recursive: true });
  const goal = [
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${folder}`,
  ];
  const copied = await runCommand('mvn', ['--quiet', '--batch-mode', '--file', pom, ...goal]);
  if (copied.exitCode !== 0) {
    const lastLine = copied.output.trim().split('\n').at(-1) ?? '';
    return { available: false, reason: `Maven could not copy Apache Kafka's jars: ${lastLine}` };
  }
  writeFileSync(complete, '');
  return { available: true, folder };
}

function jarsOfInstallation(home: string): Jars {
  const folder = join(home, 'libs');
  const found =
    existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('kafka-clients'));
  if (found) return { available: true, folder };
  return { available: false, reason: `no Apache Kafka at APACHE_KAFKA_HOME=${home}` };
}
