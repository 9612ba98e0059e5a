#!/usr/bin/env node
// The binary `odradek`. It hands the process to `runCli` and the exit code back.
import * as nodeModule from 'node:module';
import { nodeProblem } from './node-version.ts';

const problem = nodeProblem(process.versions.node);
if (problem === undefined) {
  // Compiled code is kept between runs, which makes every command start sooner. It helps only what is loaded
  // from here on, so that this file imports hardly anything of ours statically. An older Node.js does not have
  // it, nor what else is needed.
  nodeModule.enableCompileCache();
  void main();
} else {
  process.stderr.write(`odradek: ${problem}\n`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const [{ runCli }, { processContext }] = await Promise.all([
    import('./run-cli.ts'),
    import('./process-context.ts'),
  ]);
  // Not process.exit: what was written to a pipe may still be on its way.
  const exitCode = await runCli(process.argv.slice(2), processContext());
  // Unless something has failed beside the command.
  process.exitCode ||= exitCode;
}
