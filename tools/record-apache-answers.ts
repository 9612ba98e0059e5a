/**
 * `node tools/record-apache-answers.ts [--bootstrap HOST:PORT]`: plays the scenarios of
 * `test/compat/apache-answers.test.ts` against Apache Kafka, and writes what it answers into
 * `test/golden/apache-answers.jsonl`. Starts a broker of Apache's for it unless it is told of one that runs
 * with the `brokerSettings` of the scenarios; which jars it takes, `benchmarks/peers/jars.ts` says.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startApacheKafka } from '../benchmarks/peers/apache-kafka.ts';
import { findJars } from '../benchmarks/peers/jars.ts';
import { allScenarios, brokerSettings } from '../test/compat/apache-answers/all-scenarios.ts';
import { play } from '../test/compat/apache-answers/scenario.ts';

const recording = new URL('../test/golden/apache-answers.jsonl', import.meta.url);

/** Plays every scenario, and writes a line for each. */
async function record(bootstrapServers: string): Promise<void> {
  const lines: string[] = [];
  const run = String(Date.now());
  for (const scenario of allScenarios) {
    const exchanges = await play(scenario, bootstrapServers, run);
    lines.push(`${JSON.stringify({ scenario: scenario.name, exchanges })}\n`);
  }
  writeFileSync(recording, lines.join(''));
  console.log(`${lines.length} scenarios recorded`);
}

async function recordOwnBroker(): Promise<void> {
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
    await record(kafka.bootstrapServers);
  } finally {
    await kafka.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({ options: { bootstrap: { type: 'string' } } });
await (values.bootstrap === undefined ? recordOwnBroker() : record(values.bootstrap));
