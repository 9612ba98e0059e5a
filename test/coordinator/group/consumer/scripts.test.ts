/**
 * Goal: what consumer groups do, readable. Method: each script in `test/golden/consumer-groups/` is run,
 * and what comes of it is compared with what stands in it. `ODRADEK_REWRITE=1` writes it down anew.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { runScript } from './script.ts';

const folder = new URL('../../../golden/consumer-groups/', import.meta.url);

for (const name of readdirSync(folder)) {
  test(`the script ${name} comes out as it stands there`, () => {
    const file = new URL(name, folder);
    const expected = readFileSync(file, 'utf8');
    const result = runScript(expected);
    if (process.env['ODRADEK_REWRITE'] === '1') writeFileSync(file, result);
    else assert.equal(result, expected);
  });
}
