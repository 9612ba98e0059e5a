import { execFile, spawnSync } from 'node:child_process';

/**
 * Runs a client to its end, which is to come within `timeoutMs`. Answers what it wrote; rejects, with what it
 * complained of, when it failed.
 */
export function runClient(
  program: string,
  args: readonly string[],
  input = '',
  timeoutMs = 60_000,
): Promise<string> {
  return new Promise((resolve, reject) => {
    // The test runner's own variable would have a test that runs inside report to it alone.
    const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
    const options = { timeout: timeoutMs, maxBuffer: 64 * 1024 * 1024, env };
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program} ${args.join(' ')}: ${error.message}\n${stderr}`));
    });
    child.stdin?.on('error', () => {}); // it may end without reading all of it
    child.stdin?.end(input);
  });
}

/** Whether a program is there and ends well with `args`. */
export function isInstalled(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore', timeout: 20_000 }).status === 0;
}
