import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** A folder of a test's own that holds the command `odradek`, for shells. */
export interface CommandFolder {
  readonly path: string;
  /** What a shell's environment must hold to find the command and the broker, and nothing of the user's own. */
  environment(bootstrapServers: string): Record<string, string>;
  remove(): void;
}

export function commandFolder(): CommandFolder {
  const path = mkdtempSync(join(tmpdir(), 'odradek-command-'));
  const command = join(path, 'odradek');
  writeFileSync(command, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(command, 0o755);
  return {
    path,
    environment: (bootstrapServers) => ({
      HOME: path,
      TERM: 'dumb',
      PATH: `${path}:${process.env['PATH']}`,
      ODRADEK_BOOTSTRAP: bootstrapServers,
    }),
    remove: () => rmSync(path, { recursive: true }),
  };
}
