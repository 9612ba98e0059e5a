import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repositoryFolder, runCommand } from '../../tools/run-command.ts';

/**
 * Outside the repository: a project inside it would find what is installed there, the sources of Odradek
 * among it.
 */
const cacheFolder = join(tmpdir(), 'odradek-packaging');
const projectSources = join(repositoryFolder, 'test', 'packaging', 'projects');

/** One installed Node. */
export interface InstalledNode {
  readonly version: string;
  /** Its program, absolute. */
  readonly program: string;
}

/** The oldest that `engines` allows, the one of the development dependency, and the newest line. */
const nodeVersions = ['22.15.0', '24.21.0', '26.10.0'];

/** Installs each Node whose version begins with `prefix`. */
export async function installNodes(prefix: string): Promise<InstalledNode[]> {
  const nodes: InstalledNode[] = [];
  for (const version of nodeVersions.filter((one) => one.startsWith(prefix))) {
    const folder = join(cacheFolder, `node-${version}`);
    const manifest = {
      private: true,
      dependencies: { node: version },
      allowScripts: { node: true },
    };
    await installOnce(folder, `${JSON.stringify(manifest)}\n`);
    nodes.push({ version, program: join(folder, 'node_modules', 'node', 'bin', 'node') });
  }
  return nodes;
}

/** Builds the package and packs it; answers the path of the tarball. */
export async function packPackage(): Promise<string> {
  const folder = join(cacheFolder, 'tarball');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await npm(repositoryFolder, ['run', '--silent', 'build']);
  const output = await npm(repositoryFolder, [
    'pack',
    '--ignore-scripts',
    '--silent',
    '--pack-destination',
    folder,
  ]);
  const name = output.trim().split('\n').at(-1) ?? '';
  return join(folder, name);
}

/** The folders in which the package is installed beside what its users have. */
export interface Projects {
  readonly runners: string;
  readonly jest29: string;
  readonly jest30: string;
}

/** Copies the projects to the cache folder, installs what they need and then the package in `tarball`. */
export async function installProjects(tarball: string): Promise<Projects> {
  const projects = {
    runners: join(cacheFolder, 'runners'),
    jest29: join(cacheFolder, 'jest-29'),
    jest30: join(cacheFolder, 'jest-30'),
  };
  await Promise.all([
    installProject(projects.runners, 'runners', 'runners/package.json', tarball),
    installProject(projects.jest29, 'jest', 'jest/jest-29.package.json', tarball),
    installProject(projects.jest30, 'jest', 'jest/jest-30.package.json', tarball),
  ]);
  return projects;
}

async function installProject(
  folder: string,
  source: string,
  manifest: string,
  tarball: string,
): Promise<void> {
  await installOnce(folder, readFileSync(join(projectSources, manifest), 'utf8'));
  await npm(folder, ['install', '--no-save', '--no-package-lock', tarball]);
  for (const name of [source, 'types', 'scenario.cjs']) {
    const target = name === source ? folder : join(folder, name);
    cpSync(join(projectSources, name), target, {
      recursive: true,
      filter: (path) => !path.endsWith('package.json'),
    });
  }
}

/** Installs what `manifest` (a package.json) names into `folder`, unless that was done before. */
async function installOnce(folder: string, manifest: string): Promise<void> {
  const stamp = join(folder, '.installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === manifest) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), manifest);
  await npm(folder, ['install', '--no-package-lock']);
  writeFileSync(stamp, manifest);
}

async function npm(folder: string, args: readonly string[]): Promise<string> {
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
  const { exitCode, output } = await runCommand('npm', [...args, ...quiet], { folder });
  if (exitCode !== 0) throw new Error(`npm ${args.join(' ')} failed in ${folder}\n${output}`);
  return output;
}
