/**
 * `npm run test:processes -- --seconds 600 --seed 7`: real clients against three broker processes and a real etcd, to
 * which one fault after the other happens, for so long (600 s unless given), with the faults of brokers and of etcd in
 * an order that the seed decides (one of chance unless given). `--keep` leaves the brokers' logs and the history behind,
 * which stay anyway where something was found. Needs an etcd, from `ETCD_BIN` or the PATH.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { etcdMissing } from '../metadata/etcd/etcd-process.ts';
import { brokerFaults } from './broker-faults.ts';
import { etcdFaults } from './etcd-faults.ts';
import { exercise } from './exercise.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string' },
    seed: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});
const beganMs = performance.now();

function say(line: string): void {
  const seconds = ((performance.now() - beganMs) / 1000).toFixed(1);
  console.log(`${seconds.padStart(7)} ${line}`);
}

if (etcdMissing === false) {
  await exercise({
    seed: Number(values.seed ?? randomInt(1_000_000)),
    seconds: Number(values.seconds ?? 600),
    keep: values.keep,
    faults: { ...brokerFaults, ...etcdFaults },
    hasNextGeneration: true,
    say,
  });
} else {
  console.log(`nothing was done: ${etcdMissing}`);
}
