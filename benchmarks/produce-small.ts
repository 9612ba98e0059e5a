/**
 * Produce end to end with one record a request: 100 bytes, acks=all, over 10 connections with 5 requests in
 * flight on each. Prints requests per second and per CPU second of the broker.
 *
 * `npm run bench -- produce-small [--tiny] [--bootstrap HOST:PORT --pid PID --name NAME]`
 */
import { batchOf } from './lib/topics.ts';
import { produceLoad } from './lib/produce-load.ts';

const tiny = process.argv.includes('--tiny');

await produceLoad('produce-small', {
  batch: batchOf(1, 100),
  count: tiny ? 500 : 200_000,
  connections: 10,
  inFlight: 5,
});
