/**
 * `npm run bench -- [--tiny] [--beside-apache] NAME…`: runs `benchmarks/NAME.ts`, one after the other, each
 * in a process of its own; all of them when none is named. `--tiny` only shows that they work. With
 * `--beside-apache` each that measures a broker is run against Apache Kafka too, in the same minutes on the
 * same machine. Everything else is handed on.
 */
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { startApacheKafka, type ApacheKafka } from '../benchmarks/peers/apache-kafka.ts';
import { findJars } from '../benchmarks/peers/jars.ts';
import { kafkaGroupSettings } from '../benchmarks/lib/group-settings.ts';
import { repositoryFolder, runCommand, seconds } from './run-command.ts';

const besideApache = '--beside-apache';

const all = globSync('benchmarks/*.ts', { cwd: repositoryFolder })
  .map((path) => basename(path, '.ts'))
  .toSorted();
const args = process.argv.slice(2);
const named = args.filter((arg) => all.includes(arg));
const handedOn = args.filter((arg) => !named.includes(arg) && arg !== besideApache);
const [stray] = handedOn;
if (stray !== undefined && !stray.startsWith('-')) {
  console.error(`no benchmark ${stray}; there are ${all.join(', ')}`);
  process.exit(1);
}

async function run(name: string, extra: readonly string[]): Promise<boolean> {
  const program = join('benchmarks', `${name}.ts`);
  const { exitCode, durationMs } = await runCommand('node', [program, ...handedOn, ...extra], {
    inherit: true,
  });
  console.log(
    `# ${name}: ${exitCode === 0 ? '' : `ended with ${exitCode}, `}${seconds(durationMs)}`,
  );
  return exitCode === 0;
}

/** Whether a benchmark says of itself that it takes another broker than ours. */
function measuresBrokers(name: string): boolean {
  const source = readFileSync(join(repositoryFolder, 'benchmarks', `${name}.ts`), 'utf8');
  return source.includes('--bootstrap');
}

/** Whether it starts Apache Kafka by itself, as one does that ends processes. */
function startsPeers(name: string): boolean {
  const source = readFileSync(join(repositoryFolder, 'benchmarks', `${name}.ts`), 'utf8');
  return source.includes(besideApache);
}

async function startPeer(folder: string): Promise<ApacheKafka> {
  const jars = await findJars();
  if (!jars.available) throw new Error(jars.reason);
  const peer = await startApacheKafka({
    jars: jars.folder,
    folder,
    nodes: 1,
    settings: kafkaGroupSettings,
  });
  console.log(`# Apache Kafka: started in ${seconds(peer.startMs)}`);
  return peer;
}

const names = named.length > 0 ? named : all;
const isBeside = args.includes(besideApache);
const folder = mkdtempSync(join(tmpdir(), 'odradek-bench-'));
const peer = isBeside && names.some(measuresBrokers) ? await startPeer(folder) : undefined;
let passed = true;
for (const name of names) {
  passed = (await run(name, isBeside && startsPeers(name) ? [besideApache] : [])) && passed;
  if (peer === undefined || !measuresBrokers(name)) continue;
  const other = ['--bootstrap', peer.bootstrapServers, '--pid', peer.pids.join()];
  passed = (await run(name, [...other, '--name', 'apache-kafka'])) && passed;
}
await peer?.stop();
rmSync(folder, { recursive: true, force: true });
process.exitCode = passed ? 0 : 1;
