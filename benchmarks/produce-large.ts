/**
 * Produce end to end with large batches: 1 KiB records, 512 of them a batch, acks=all, over 2 connections
 * with 4 requests in flight on each. Prints MB per second and per CPU second of the broker.
 *
 * `npm run bench -- produce-large [--tiny] [--bootstrap HOST:PORT --pid PID --name NAME]`
 */
import { produceLoad } from './lib/produce-load.ts';
import { batchOf } from './lib/topics.ts';

const tiny = process.argv.includes('--tiny');

await produceLoad('produce-large', {
  batch: batchOf(512, 1024),
  count: tiny ? 40 : 4000,
  connections: 2,
  inFlight: 4,
});
