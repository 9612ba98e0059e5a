import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/** A fault in one module of the sources: a text of it, and what stands in its place. */
export interface Planting {
  /** From the root of the repository. */
  readonly module: string;
  /** Stands in the module once, to the letter, so that no change there makes the bug harmless unseen. */
  readonly shipped: string;
  readonly planted: string;
}

/** A bug on its way into a process. */
export interface Planted {
  /** Whether the module has been loaded with it. */
  readonly isLoaded: boolean;
}

const root = new URL('../../', import.meta.url);

/** The module with the bug in it. Fails where what is to be replaced does not stand there exactly once. */
export function plantedSource({ module, shipped, planted }: Planting): string {
  const pieces = readFileSync(new URL(module, root), 'utf8').split(shipped);
  const times = pieces.length - 1;
  assert.equal(times, 1, `${module} has this ${times} times, where a bug is planted:\n${shipped}`);
  return pieces.join(planted);
}

/** Plants a bug: the module has it when it is loaded from now on, in this thread alone. */
export function plant(planting: Planting): Planted {
  const source = plantedSource(planting);
  const { href } = new URL(planting.module, root);
  const state = { isLoaded: false };
  registerHooks({
    load(url, context, nextLoad) {
      if (url !== href) return nextLoad(url, context);
      state.isLoaded = true;
      return { format: 'module-typescript', source, shortCircuit: true };
    },
  });
  return state;
}
