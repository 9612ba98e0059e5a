import { createRequire } from 'node:module';
import { OdradekError } from '../util/odradek-error.ts';

/**
 * A package with native code, or undefined where it is not installed or has no binary for this machine.
 * Loaded by `require` so that it can wait for its first use without a promise, in ES modules as in CommonJS.
 */
export function loadPackage<Exports>(name: string): Exports | undefined {
  try {
    return createRequire(import.meta.url)(name) as Exports;
  } catch {
    return undefined;
  }
}

/** The same for one that cannot be done without. Throws `MISSING_PACKAGE`, which says what to install. */
export function requirePackage<Exports>(name: string, neededFor: string): Exports {
  try {
    return createRequire(import.meta.url)(name) as Exports;
  } catch (cause) {
    throw new OdradekError(
      `${neededFor} needs the package ${name}, which does not load here: npm install ${name}`,
      { code: 'MISSING_PACKAGE', package: name, neededFor },
      { cause },
    );
  }
}
