import assert from 'node:assert/strict';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rerunScript } from './group-script.ts';

/*
 * Goal: what a group coordinator does can be read by people, and does not change unnoticed.
 * Method: each script is run, and must say what comes of each of its commands. ODRADEK_REWRITE=1 writes what
 * does come of them into the scripts: read the difference before you keep it.
 */
const directory = join(import.meta.dirname, '../../golden/groups');
const scripts = readdirSync(directory).filter((name) => name.endsWith('.txt'));
const rewrites = process.env['ODRADEK_REWRITE'] === '1';

const seen = new Set<string>();

for (const name of scripts) {
  test(`the script ${name} tells what a group coordinator does`, () => {
    const path = join(directory, name);
    const text = readFileSync(path, 'utf8');
    const outcome = rerunScript(text, (verb, error) => seen.add(`${verb} ${error}`));
    if (rewrites) writeFileSync(path, outcome);
    else assert.equal(outcome, text);
  });
}

/** Each error that these APIs know and a coordinator decides on; its runtime and the APIs know some more. */
const errors: Readonly<Record<string, readonly string[]>> = {
  join: [
    'NONE',
    'INVALID_GROUP_ID',
    'INVALID_SESSION_TIMEOUT',
    'INCONSISTENT_GROUP_PROTOCOL',
    'UNKNOWN_MEMBER_ID',
    'MEMBER_ID_REQUIRED',
    'GROUP_MAX_SIZE_REACHED',
    'FENCED_INSTANCE_ID',
    'REBALANCE_IN_PROGRESS',
    'NOT_COORDINATOR',
  ],
  sync: [
    'NONE',
    'INVALID_GROUP_ID',
    'INCONSISTENT_GROUP_PROTOCOL',
    'UNKNOWN_MEMBER_ID',
    'ILLEGAL_GENERATION',
    'REBALANCE_IN_PROGRESS',
    'FENCED_INSTANCE_ID',
    'NOT_COORDINATOR',
    'UNKNOWN_SERVER_ERROR',
  ],
  heartbeat: [
    'NONE',
    'INVALID_GROUP_ID',
    'UNKNOWN_MEMBER_ID',
    'ILLEGAL_GENERATION',
    'REBALANCE_IN_PROGRESS',
    'FENCED_INSTANCE_ID',
  ],
  leave: [
    'NONE',
    'INVALID_GROUP_ID',
    'UNKNOWN_MEMBER_ID',
    'FENCED_INSTANCE_ID',
    'COORDINATOR_NOT_AVAILABLE',
  ],
  commit: [
    'NONE',
    'UNKNOWN_TOPIC_OR_PARTITION',
    'UNKNOWN_TOPIC_ID',
    'OFFSET_METADATA_TOO_LARGE',
    'ILLEGAL_GENERATION',
    'GROUP_ID_NOT_FOUND',
    'UNKNOWN_MEMBER_ID',
    'FENCED_INSTANCE_ID',
    'REBALANCE_IN_PROGRESS',
    'INVALID_COMMIT_OFFSET_SIZE',
  ],
  fetch: ['NONE', 'UNKNOWN_TOPIC_ID'],
  forget: [
    'NONE',
    'INVALID_GROUP_ID',
    'GROUP_ID_NOT_FOUND',
    'NON_EMPTY_GROUP',
    'GROUP_SUBSCRIBED_TO_TOPIC',
    'UNKNOWN_TOPIC_OR_PARTITION',
  ],
  describe: ['NONE', 'GROUP_ID_NOT_FOUND'],
  delete: ['NONE', 'GROUP_ID_NOT_FOUND', 'NON_EMPTY_GROUP', 'COORDINATOR_NOT_AVAILABLE'],
  'consumer-heartbeat': ['UNSUPPORTED_VERSION'],
  'consumer-describe': ['GROUP_ID_NOT_FOUND'],
};

test('the scripts show every error that a group coordinator answers with', () => {
  const missing = Object.entries(errors).flatMap(([verb, names]) =>
    names.map((error) => `${verb} ${error}`).filter((pair) => !seen.has(pair)),
  );
  assert.deepEqual(missing, []);
});
