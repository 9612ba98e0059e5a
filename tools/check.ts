/**
 * `npm run check`: everything that judges the sources without running them, side by side, each with its
 * time. Ends with 1 when one of them fails, after all have run. `npm run check -- oxlint tidy` runs those.
 */
import { repositoryFolder, runCommand, seconds, type CommandOutcome } from './run-command.ts';

interface Check {
  readonly name: string;
  readonly run: () => Promise<CommandOutcome>;
}

const checks: readonly Check[] = [
  { name: 'tsc', run: () => runCommand('tsc', ['--noEmit', '-p', '.']) },
  { name: 'console', run: () => runCommand('tsc', ['--noEmit', '-p', 'console']) },
  { name: 'oxlint', run: () => runCommand('oxlint', ['--type-aware']) },
  { name: 'oxfmt', run: () => runCommand('oxfmt', ['--check']) },
  { name: 'knip', run: () => runCommand('knip', ['--no-progress']) },
  { name: 'tidy', run: () => runCommand('node', ['tools/tidy.ts']) },
  { name: 'publint', run: buildAndLintPackage },
];

/** publint judges what would be published, so that the build is part of this check. */
async function buildAndLintPackage(): Promise<CommandOutcome> {
  const built = await runCommand('node', ['tools/build.ts']);
  if (built.exitCode !== 0) return built;
  const judged = await runCommand('publint', ['--strict', '--pack', 'false', repositoryFolder]);
  return { ...judged, durationMs: built.durationMs + judged.durationMs };
}

async function report(check: Check): Promise<boolean> {
  const { exitCode, output, durationMs } = await check.run();
  const passed = exitCode === 0;
  if (!passed) console.log(output.trimEnd());
  console.log(`${passed ? 'ok    ' : 'FAILED'} ${check.name.padEnd(8)} ${seconds(durationMs)}`);
  return passed;
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(
    `no such check: ${unknown.join(', ')}; there are ${checks.map((c) => c.name).join(', ')}`,
  );
  process.exit(1);
}
const chosen = checks.filter((check) => wanted.length === 0 || wanted.includes(check.name));
const outcomes = await Promise.all(chosen.map(report));
process.exitCode = outcomes.every(Boolean) ? 0 : 1;
