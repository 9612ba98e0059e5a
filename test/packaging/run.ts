/**
 * `npm run test:packaging`: packs the package as it would be published, installs it into small projects
 * outside the repository, and runs it there from the test files of Vitest, Mocha, `node:test` and Jest, on
 * the oldest Node that is supported and on the two newer lines, without flags.
 *
 *   npm run test:packaging -- --node=22 --runner=jest    only these (a part of the name is enough)
 *   npm run test:packaging -- --tarball=FILE             judge this package, without building one
 *
 * Runners and Nodes are installed once into a cache folder; only the package itself is installed anew.
 */
import { parseArgs } from 'node:util';
import { concurrency, seconds } from '../../tools/run-command.ts';
import { installNodes, installProjects, packPackage } from './install.ts';
import { runsOf, type Run } from './runs.ts';

const { values: wanted } = parseArgs({
  options: {
    node: { type: 'string', default: '' },
    runner: { type: 'string', default: '' },
    tarball: { type: 'string' },
  },
});

/** Takes runs from `queue` one after the other until it is empty; counts those that failed. */
async function work(queue: Run[]): Promise<number> {
  let failed = 0;
  for (let run = queue.shift(); run !== undefined; run = queue.shift()) {
    const { problem, output, durationMs } = await run.start();
    if (problem !== undefined) {
      failed++;
      console.log(output.trimEnd());
    }
    const outcome = problem === undefined ? 'ok    ' : 'FAILED';
    console.log(
      `${outcome} ${run.name.padEnd(44)} ${seconds(durationMs)} ${problem ?? ''}`.trimEnd(),
    );
  }
  return failed;
}

const startedMs = performance.now();
const nodes = await installNodes(wanted.node);
const projects = await installProjects(wanted.tarball ?? (await packPackage()));
console.log(`installed in ${seconds(performance.now() - startedMs)}`);
const queue = runsOf(nodes, projects).filter(({ name }) => name.includes(wanted.runner));
const runs = queue.length;
const failures = await Promise.all(Array.from({ length: concurrency }, () => work(queue)));
const failed = failures.reduce((sum, count) => sum + count, 0);
console.log(
  `packaging: ${runs} runs, ${failed} failed, ${seconds(performance.now() - startedMs)} in all`,
);
process.exitCode = failed === 0 && runs > 0 ? 0 : 1;
