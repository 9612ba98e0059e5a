/**
 * `npm run test:java`: Apache Kafka's own command-line tools, Connect, MirrorMaker 2 and Streams against Odradek,
 * started from its sources. Needs java, and etcd for tests with brokers in several processes; the jars come from
 * `APACHE_KAFKA_HOME`, or by Maven into a cache folder. Says so and ends well where there is none. Words pick
 * files (`npm run test:java -- topics`), flags go to `node --test`.
 */
import { globSync } from 'node:fs';
import { findJars } from '../../../benchmarks/peers/jars.ts';
import { concurrency, repositoryFolder, runCommand } from '../../../tools/run-command.ts';

const jars = await findJars();
if (jars.available) await runTests();
else console.log(`checks with Apache Kafka's tools are skipped: ${jars.reason}`);

async function runTests(): Promise<void> {
  const args = process.argv.slice(2);
  const flags = args.filter((arg) => arg.startsWith('-'));
  const words = args.filter((arg) => !arg.startsWith('-'));
  const files = globSync('test/compat/java/*.test.ts', { cwd: repositoryFolder })
    .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
    .toSorted();
  const outcome = await runCommand(
    'node',
    ['--test', `--test-concurrency=${concurrency}`, '--test-timeout=300000', ...flags, ...files],
    { inherit: true },
  );
  process.exitCode = outcome.exitCode;
}
