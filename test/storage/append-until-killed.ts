import { writeSync } from 'node:fs';
import { createNodeRuntime } from '../../src/runtime/node/node-runtime.ts';
import { append, startManager, testConfig, topicId } from './managed-logs.ts';

/**
 * A process that appends to the log directory in its first argument as fast as it can, and prints a line
 * `partition writtenEndOffset` whenever something was written, until somebody kills it.
 */
const directory = process.argv[2] ?? '';
const config = { ...testConfig, segmentBytes: 256 * 1024 };
const limits = { flushPartitionBytesMax: 512 * 1024, flushDirectoryBytesMax: 1024 * 1024 };

const manager = await startManager(createNodeRuntime(), { directories: [directory], limits });
const logs = [0, 1, 2, 3].map((partition) => manager.create('orders', partition, topicId, config));
for (const log of logs) {
  log.listener = {
    onWritten: (_, writtenEndOffset) => void writeSync(1, `${log.partition} ${writtenEndOffset}\n`),
    onWriteFailed: () => process.exit(1),
  };
}

function appendSome(): void {
  for (const log of logs) {
    for (let count = 0; count < 1 + log.partition; count += 1) {
      append(
        log,
        `${log.partition}/${log.logEndOffset} ${'x'.repeat((log.logEndOffset * 37) % 3000)}`,
      );
    }
  }
  setImmediate(appendSome);
}
appendSome();
