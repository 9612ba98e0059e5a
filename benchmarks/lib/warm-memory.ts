import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const block = new Uint8Array(1024 * 1024);

/**
 * Makes the machine's memory ready for `bytes` of page cache, by writing a file and removing it. A virtual machine
 * gives free memory back to its host within seconds, and the next to touch it pays for its return: ten times the
 * cost of the copy itself, charged to whichever broker happens to write then.
 */
export function warmMemory(bytes: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'odradek-benchmark-'));
  try {
    const file = openSync(join(folder, 'ballast'), 'w');
    for (let written = 0; written < bytes; written += block.length) writeSync(file, block);
    closeSync(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
