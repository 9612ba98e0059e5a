/**
 * `node tools/record-apache-answers.ts [--bootstrap HOST:PORT] [--only PATTERN]`: plays the scenarios of
 * `test/compat/apache-answers.test.ts` against Apache Kafka, and writes what it answers into
 * `test/golden/apache-answers.jsonl`. With a pattern, those alone whose names it matches; of the others it
 * keeps what is there. Starts a broker of Apache's for it unless it is told of one that runs
 * with the `brokerSettings` of the scenarios; which jars it takes, `benchmarks/peers/jars.ts` says.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startApacheKafka } from '../benchmarks/peers/apache-kafka.ts';
import { findJars } from '../benchmarks/peers/jars.ts';
import { allScenarios, brokerSettings } from '../test/compat/apache-answers/all-scenarios.ts';
import { readRecording } from '../test/compat/apache-answers/recording.ts';
import { play } from '../test/compat/apache-answers/scenario.ts';

const recording = new URL('../test/golden/apache-answers.jsonl', import.meta.url);

/** Plays every scenario that is wanted, and writes a line for each. */
async function record(bootstrapServers: string, only: RegExp): Promise<void> {
  const known = readRecording();
  const lines: string[] = [];
  const run = String(Date.now());
  let played = 0;
  for (const scenario of allScenarios) {
    const isWanted = only.test(scenario.name);
    if (isWanted) played++;
    const exchanges = isWanted
      ? await play(scenario, bootstrapServers, run)
      : known.get(scenario.name);
    if (exchanges === undefined) continue;
    lines.push(`${JSON.stringify({ scenario: scenario.name, exchanges })}\n`);
  }
  writeFileSync(recording, lines.join(''));
  console.log(`${played} scenarios recorded, ${lines.length - played} kept`);
}

async function recordOwnBroker(only: RegExp): Promise<void> {
  const jars = await findJars();
  if (!jars.available) throw new Error(jars.reason);
  const folder = mkdtempSync(join(tmpdir(), 'apache-answers-'));
  const kafka = await startApacheKafka({
    jars: jars.folder,
    folder,
    nodes: 1,
    settings: brokerSettings,
  });
  try {
    await record(kafka.bootstrapServers, only);
  } finally {
    await kafka.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: { bootstrap: { type: 'string' }, only: { type: 'string', default: '' } },
});
const only = new RegExp(values.only);
await (values.bootstrap === undefined ? recordOwnBroker(only) : record(values.bootstrap, only));
