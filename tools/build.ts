/**
 * `npm run build`: the published package in `dist/`.
 *
 * 1. `tsc` compiles `src/` file by file to ES modules with declarations.
 * 2. rolldown joins what `dist/index.js` reaches into one CommonJS file, `dist/index.cjs`, for runners that
 *    cannot load ES modules (docs/decisions/0002-commonjs-build.md). Node's own modules and installed
 *    packages stay outside; the worker's entry stays the ES module beside it.
 * 3. The declarations that `dist/index.d.ts` reaches are copied as `.d.cts` for `require`.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { repositoryFolder, runCommand, seconds } from './run-command.ts';

const dist = join(repositoryFolder, 'dist');

async function compile(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  const { exitCode, output } = await runCommand('tsc', ['-p', 'tsconfig.build.json']);
  if (exitCode !== 0) throw new Error(`tsc -p tsconfig.build.json failed\n${output}`);
}

/** A package or a module of Node, named without a path. */
function staysOutside(specifier: string): boolean {
  return (
    !specifier.startsWith('.') && !specifier.startsWith('/') && !/^[a-z]:[\\/]/i.test(specifier)
  );
}

async function joinAsCommonJs(): Promise<void> {
  const bundle = await rolldown({
    input: join(dist, 'index.js'),
    platform: 'node',
    external: staysOutside,
    onLog(level, log) {
      throw new Error(`rolldown ${level}: ${log.message}`);
    },
  });
  await bundle.write({
    file: join(dist, 'index.cjs'),
    format: 'cjs',
    exports: 'named',
    codeSplitting: false,
    // A runner that cannot load ES modules cannot serve import() either.
    dynamicImportInCjs: false,
  });
  await bundle.close();
}

const relativeSpecifier = /(?<=\bfrom\s+'|\bimport\s+'|\bimport\(')\.{1,2}\/[^']+(?=')/g;

/** Copies `file` (a `.d.ts`) and all that it names to `.d.cts`, in which names end in `.cts` too. */
function copyDeclarations(file: string, copied: Set<string>): void {
  if (copied.has(file)) return;
  copied.add(file);
  const source = readFileSync(file, 'utf8');
  const text = source.replaceAll(relativeSpecifier, (specifier) => {
    const stem = specifier.replace(/\.[jt]s$/, '');
    copyDeclarations(resolve(dirname(file), `${stem}.d.ts`), copied);
    return `${stem}.cjs`;
  });
  writeFileSync(file.replace(/\.d\.ts$/, '.d.cts'), text);
}

const startedMs = performance.now();
await compile();
await joinAsCommonJs();
copyDeclarations(join(dist, 'index.d.ts'), new Set());
console.log(`built dist/ in ${seconds(performance.now() - startedMs)}`);
