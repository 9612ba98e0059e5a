/**
 * Goal: whatever happens to broker processes, no acknowledged record is lost, doubled or out of order, all readers see
 * one log, no commit goes back, and everything settles.
 * Method: three processes of `odradek start` and a real etcd, kafkajs, librdkafka and our own client, and signals in an
 * order that the seed decides. The checker of `test/history` reads what the clients saw, and each replica's files.
 * Times are printed beside their goals.
 *
 * `ODRADEK_SEED=17 npm test -- broker-faults` has another seed; `npm run test:processes -- --seconds 600` goes on.
 */
import { test } from 'node:test';
import { etcdMissing } from '../metadata/etcd/etcd-process.ts';
import { brokerFaults } from './broker-faults.ts';
import { exercise } from './exercise.ts';

const seed = Number(process.env['ODRADEK_SEED'] ?? 1);

test(
  'real clients lose nothing while brokers are killed, stopped and restarted',
  {
    skip: etcdMissing,
  },
  async (t) => {
    const say = (line: string): void => t.diagnostic(line);
    await exercise({ seed, faults: brokerFaults, hasNextGeneration: false, say });
  },
);
