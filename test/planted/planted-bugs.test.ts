/**
 * Goal: the simulations find the bugs that they are there for.
 * Method: each bug is planted into the sources as they are loaded, in a process of its own, which runs a simulation
 * for one seed after the other until one shows what the bug does. Which one that is changes with the sources; most
 * bugs take one to three. Then the same seed is run without the bug, and finds nothing.
 */
import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test, type TestContext } from 'node:test';
import { runCommand } from '../../tools/run-command.ts';
import { plantedSource } from './plant.ts';
import { plantedBugs, type PlantedBug } from './planted-bugs.ts';
import type { SeedFinding } from './search.ts';

const seeds = Array.from({ length: 20 }, (_, i) => i + 1);
/** Of one process, and of all, on a machine that has much else to do. */
const timeoutMs = 150_000;
const allMsMax = 900_000;
const atATime = Math.max(2, availableParallelism());

async function search(...args: readonly string[]): Promise<SeedFinding[]> {
  const env = { NODE_DISABLE_COMPILE_CACHE: '1', NODE_TEST_CONTEXT: '' };
  const program = 'test/planted/search.ts';
  const { exitCode, output } = await runCommand('node', [program, ...args], { timeoutMs, env });
  assert.equal(exitCode, 0, `${program} ${args.join(' ')} ended with ${exitCode}:\n${output}`);
  return JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as SeedFinding[];
}

function described({ seed, rule, message }: SeedFinding): string {
  return `seed ${seed}: ${rule}: ${message.split('\n', 1)[0]}`;
}

/** What seeds find without a bug, by the simulation and the seed: many bugs are found by the same. */
const controls = new Map<string, Promise<SeedFinding[]>>();

function withoutIt({ name, hunt }: PlantedBug, seed: number): Promise<SeedFinding[]> {
  const key = JSON.stringify([hunt, seed]);
  const running = controls.get(key) ?? search('--without', name, String(seed));
  controls.set(key, running);
  return running;
}

async function isFound(t: TestContext, bug: PlantedBug): Promise<void> {
  const { name, breaks } = bug;
  const findings = await search(name, seeds.join(','));
  const found = findings.at(-1);
  assert.ok(found?.isExpected, `${breaks}, unseen; ${findings.map(described).join('\n')}`);
  t.diagnostic(described(found));
  const without = await withoutIt(bug, found.seed);
  assert.deepEqual(without.map(described), [], 'without the bug nothing is found');
}

test('planted bugs are found, and nothing without them', { timeout: allMsMax }, async (t) => {
  const waiting = [...plantedBugs];
  const next = async (): Promise<void> => {
    for (let bug = waiting.shift(); bug !== undefined; bug = waiting.shift()) {
      const planted = bug;
      await t.test(`${bug.name}: ${bug.breaks}`, (one) => isFound(one, planted));
    }
  };
  await Promise.all(Array.from({ length: atATime }, next));
});

test('a bug is planted nowhere where the sources have changed', () => {
  const module = 'src/replication/ack-queue.ts';
  const planting = { module, shipped: 'what is nowhere', planted: '' };
  assert.throws(() => plantedSource(planting), /has this 0 times/);
  assert.throws(() => plantedSource({ ...planting, shipped: 'this' }), /has this \d+ times/);
});
