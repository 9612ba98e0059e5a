/**
 * Goal: a librdkafka newer than that of kafka-crab-js reads by group, in both protocols. Method: as
 * `groups.test.ts` and its neighbours, with the members of a group in one process.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isInstalled, runClient } from './run-client.ts';
import { startTarget, type Target } from './target.ts';

const python = process.env['ODRADEK_PYTHON'] ?? 'python3';
const skip =
  !isInstalled(python, ['-c', 'import confluent_kafka']) &&
  `${python} has no confluent-kafka (pip install confluent-kafka; ODRADEK_PYTHON names another python)`;
const script = fileURLToPath(new URL('confluent-kafka-groups.py', import.meta.url));

const kinds = [
  ['classic', 'range'],
  ['classic', 'roundrobin'],
  ['classic', 'cooperative-sticky'],
  ['consumer', 'uniform'],
  ['consumer', 'range'],
] as const;

describe('confluent-kafka (librdkafka) reads by group', { skip, concurrency: 3 }, () => {
  let target: Target;

  before(async () => {
    target = await startTarget();
  });
  after(() => target.stop());

  for (const [protocol, assignor] of kinds) {
    /** Has the script beside this file do a check with members of this kind, and answers what it saw. */
    const run = async (check: string): Promise<unknown> => {
      const words = [check, target.topicName(check), protocol, assignor];
      return JSON.parse(await runClient(python, [script, target.bootstrapServers, ...words]));
    };

    test(`${protocol}, ${assignor}: two groups share a topic; members idle, come and go`, async () => {
      assert.deepEqual(await run('shared'), [true, true], 'each record once in each group');
    });

    test(`${protocol}, ${assignor}: static members restart without a rebalance`, async () => {
      assert.deepEqual(await run('static'), {
        same: [true, true, true, true, true, true],
        told: [1, 1, 1],
        once: true,
      });
    });

    test(`${protocol}, ${assignor}: topics that match a regular expression come and go`, async () => {
      assert.deepEqual(await run('pattern'), { read: true, left: ['.2'] });
    });
  }
});
