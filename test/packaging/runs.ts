import { delimiter, dirname, join } from 'node:path';
import { runCommand } from '../../tools/run-command.ts';
import type { InstalledNode, Projects } from './install.ts';

/** Longer than any run takes; a run that a forgotten broker keeps alive is ended by it. */
const timeoutMs = 90_000;

/** How a run ended; `problem` is undefined when all was well. */
export interface RunOutcome {
  readonly problem: string | undefined;
  readonly output: string;
  readonly durationMs: number;
}

/** One runner on one Node, to be started. */
export interface Run {
  readonly name: string;
  readonly start: () => Promise<RunOutcome>;
}

/** A test runner as its users call it: a program of the project and the words behind it. */
interface Runner {
  readonly name: string;
  readonly project: keyof Projects;
  readonly args: readonly string[];
  /** What its output must say: that the tests were found and run. */
  readonly expects: RegExp;
}

const mochaProgram = 'node_modules/mocha/bin/mocha.js';
const jestProgram = 'node_modules/jest/bin/jest.js';
const binary = 'node_modules/odradek/dist/cli/main.js';

const runners: readonly Runner[] = [
  {
    name: 'Vitest, both module systems and no stop()',
    project: 'runners',
    args: ['node_modules/vitest/vitest.mjs', 'run', '--globals', '--dir', 'vitest'],
    expects: /Tests\s+5 passed/,
  },
  {
    name: 'Mocha, both module systems',
    project: 'runners',
    args: [mochaProgram, 'mocha/modules.test.mjs', 'mocha/common.test.cjs'],
    expects: /4 passing/,
  },
  {
    name: 'Mocha, no stop()',
    project: 'runners',
    args: [mochaProgram, 'mocha/forgets-stop.test.mjs'],
    expects: /1 passing/,
  },
  {
    name: 'node:test, both module systems and no stop()',
    project: 'runners',
    args: ['--test', '--test-reporter=tap', ...nodeTests()],
    expects: /# pass 5/,
  },
  {
    name: 'Jest 29, as written and by babel-jest',
    project: 'jest29',
    args: [jestProgram],
    expects: /Tests:\s+8 passed/,
  },
  {
    name: 'Jest 30, as written and by babel-jest',
    project: 'jest30',
    args: [jestProgram],
    expects: /Tests:\s+8 passed/,
  },
  {
    name: 'brokers in threads with their consoles',
    project: 'runners',
    args: ['threads.mjs'],
    expects: /(?:console: 200\s+){4}/,
  },
  { name: 'the command line', project: 'runners', args: [binary, '--help'], expects: /topic/ },
];

function nodeTests(): string[] {
  return ['modules.test.mjs', 'common.test.cjs', 'forgets-stop.test.mjs'].map(
    (name) => `node-test/${name}`,
  );
}

/** Every runner on every Node, and the types once. */
export function runsOf(nodes: readonly InstalledNode[], projects: Projects): Run[] {
  const runs = nodes.flatMap((node) =>
    runners.map((runner) => ({
      name: `Node ${node.version.split('.')[0]}: ${runner.name}`,
      start: () => startRunner(runner, node, projects[runner.project]),
    })),
  );
  return [...runs, { name: 'types, by import and by require', start: () => checkTypes(projects) }];
}

async function startRunner(
  runner: Runner,
  node: InstalledNode,
  folder: string,
): Promise<RunOutcome> {
  const { exitCode, output, durationMs } = await runCommand(node.program, runner.args, {
    folder,
    timeoutMs,
    env: {
      PATH: `${dirname(node.program)}${delimiter}${process.env['PATH'] ?? ''}`,
      CI: 'true',
      NO_COLOR: '1',
    },
  });
  let problem: string | undefined;
  if (exitCode !== 0) problem = `ended with ${exitCode}`;
  else if (!runner.expects.test(output)) problem = `does not say ${runner.expects}`;
  else if (/did not exit one second after/.test(output)) problem = 'did not end by itself';
  return { problem, output, durationMs };
}

/** What a user's compiler makes of the declarations, checking those too (no skipLibCheck). */
async function checkTypes(projects: Projects): Promise<RunOutcome> {
  const project = join(projects.runners, 'types');
  const { exitCode, output, durationMs } = await runCommand('tsc', ['-p', project]);
  return { problem: exitCode === 0 ? undefined : 'tsc found errors', output, durationMs };
}
