/**
 * `node benchmarks/peers/start.ts [--nodes 3] [--folder DIR]`: runs Apache Kafka on 127.0.0.1 until it is
 * interrupted, and prints where it listens and its process ids, as `npm run bench` takes them.
 */
import { mkdtempSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seconds } from '../../tools/run-command.ts';
import { startApacheKafka } from './apache-kafka.ts';
import { findJars } from './jars.ts';

const { values } = parseArgs({
  options: { nodes: { type: 'string', default: '1' }, folder: { type: 'string' } },
});
const jars = await findJars();
if (!jars.available) {
  console.error(jars.reason);
  process.exit(1);
}
// Heard also while it starts: whatever was started is stopped again.
const interrupted = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
const kafka = await startApacheKafka({
  jars: jars.folder,
  folder: values.folder ?? mkdtempSync(join(tmpdir(), 'apache-kafka-')),
  nodes: values.nodes === '3' ? 3 : 1,
});
console.log(`--bootstrap ${kafka.bootstrapServers} --pid ${kafka.pids.join()} --name apache-kafka`);
console.log(`started in ${seconds(kafka.startMs)}; Ctrl-C stops it`);
await interrupted;
await kafka.stop();
