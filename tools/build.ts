/**
 * `npm run build`: the published package in `dist/`.
 *
 * 1. `tsc` compiles `src/` to a folder of its own, and writes the declarations.
 * 2. rolldown joins the modules there into few files: Node takes a third of a millisecond for each file that it
 *    loads, and there are hundreds (docs/decisions/0014-joined-modules.md). What only one command of the command line
 *    needs stays in a file of its own.
 * 3. It joins what `index.js` reaches into one CommonJS file too, `dist/index.cjs`, for runners that cannot load ES
 *    modules (docs/decisions/0002-commonjs-build.md). The worker's entry stays the ES module beside it.
 * 4. The declarations that `dist/index.d.ts` reaches are copied as `.d.cts` for `require`.
 * 5. Vite builds the page of the console into `dist/console/`.
 *
 * Node's own modules and installed packages stay outside.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { rolldown, type OutputOptions } from 'rolldown';
import { repositoryFolder, runCommand, seconds } from './run-command.ts';

const compiled = join(repositoryFolder, 'build');
const dist = join(repositoryFolder, 'dist');

async function compile(): Promise<void> {
  for (const folder of [compiled, dist]) rmSync(folder, { recursive: true, force: true });
  const { exitCode, output } = await runCommand('tsc', ['-p', 'tsconfig.build.json']);
  if (exitCode !== 0) throw new Error(`tsc -p tsconfig.build.json failed\n${output}`);
}

/** A package or a module of Node, named without a path. */
function staysOutside(specifier: string): boolean {
  return (
    !specifier.startsWith('.') && !specifier.startsWith('/') && !/^[a-z]:[\\/]/i.test(specifier)
  );
}

async function bundle(
  input: string | Record<string, string>,
  output: OutputOptions,
): Promise<void> {
  const joined = await rolldown({
    input,
    platform: 'node',
    external: staysOutside,
    onLog(level, log) {
      throw new Error(`rolldown ${level}: ${log.message}`);
    },
  });
  await joined.write(output);
  await joined.close();
}

/** What may ask for its own place, `src/cli/` and the files directly in `src/`, is as deep in `dist/`. */
function placeOf({ moduleIds }: { readonly moduleIds: readonly string[] }): string {
  const isOfCommandLine = moduleIds.some((id) => id.startsWith(join(compiled, 'cli')));
  return isOfCommandLine ? 'cli/[name].js' : '[name].js';
}

async function joinModules(): Promise<void> {
  const entries = ['index', 'background-worker', 'broker-worker', 'cli/main'];
  const input = Object.fromEntries(entries.map((name) => [name, join(compiled, `${name}.js`)]));
  await bundle(input, {
    dir: dist,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: placeOf,
  });
}

async function joinAsCommonJs(): Promise<void> {
  await bundle(join(compiled, 'index.js'), {
    file: join(dist, 'index.cjs'),
    format: 'cjs',
    exports: 'named',
    codeSplitting: false,
    // A runner that cannot load ES modules cannot serve import() either.
    dynamicImportInCjs: false,
  });
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

/** The page of the console, which the broker serves; whoever installs the package needs nothing to build it. */
async function buildPage(): Promise<void> {
  const page = join(dist, 'console');
  const args = ['build', 'console', '--outDir', page, '--emptyOutDir', '--logLevel', 'warn'];
  const { exitCode, output } = await runCommand('vite', args);
  if (exitCode !== 0) throw new Error(`vite ${args.join(' ')} failed\n${output}`);
}

const startedMs = performance.now();
await compile();
await buildPage();
await joinModules();
await joinAsCommonJs();
copyDeclarations(join(dist, 'index.d.ts'), new Set());
rmSync(compiled, { recursive: true, force: true });
console.log(`built dist/ in ${seconds(performance.now() - startedMs)}`);
