#!/usr/bin/env node
// The binary `odradek`. It hands the process to `runCli` and the exit code back.
import { enableCompileCache } from 'node:module';

// Compiled code is kept between runs, which makes every command start sooner. It helps only what is loaded
// from here on, so that this file imports nothing else of ours statically.
enableCompileCache();
void main();

async function main(): Promise<void> {
  const [{ runCli }, { processContext }] = await Promise.all([
    import('./run-cli.ts'),
    import('./process-context.ts'),
  ]);
  // Not process.exit: what was written to a pipe may still be on its way.
  process.exitCode = await runCli(process.argv.slice(2), processContext());
}
