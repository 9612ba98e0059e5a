import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Files } from '../runtime.ts';

/** What the names of Odradek's temporary folders begin with. */
const prefix = 'odradek-tmp-';

/** Makes a folder of its own for a temporary broker, which removes it when it stops. */
export function makeTemporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), prefix));
}

/**
 * Removes what brokers that were killed left behind: temporary folders whose lock nobody holds. `own` is
 * left alone. Never fails: what cannot be removed stays for the next time.
 */
export async function removeAbandonedDirectories(files: Files, own: string): Promise<void> {
  const parent = tmpdir();
  for (const name of files.list(parent)) {
    const path = join(parent, name);
    if (!name.startsWith(prefix) || path === own) continue;
    try {
      const lock = await files.lock(path);
      if ('heldBy' in lock) continue;
      await lock.release();
      files.removeTree(path);
    } catch {
      // Another user's folder, or one that goes away at this moment.
    }
  }
}
