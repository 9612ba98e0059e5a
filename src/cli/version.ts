import { createRequire } from 'node:module';

// package.json stands two folders above both src/cli and dist/cli. It is loaded as a module, since an import
// would draw it into the compiled output.
const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };

/** The version of the installed package. */
export const odradekVersion: string = version;
