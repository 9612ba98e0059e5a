import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repositoryFolder } from '../../tools/run-command.ts';

interface LockedPackage {
  readonly resolved?: string;
  /** A folder of this repository. */
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const text = readFileSync(join(repositoryFolder, 'package-lock.json'), 'utf8');
const { packages } = JSON.parse(text) as { packages: Readonly<Record<string, LockedPackage>> };

test('package-lock.json has every binary of every platform, without which npm ci refuses it', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => {
      const places = [`node_modules/${name}`, `${path}/node_modules/${name}`];
      return places.every((place) => packages[place] === undefined);
    }),
  );
  assert.deepEqual(missing, []);
});

test('package-lock.json names no registry, so that every mirror serves', () => {
  // A workspace is a link, which names its folder.
  const installed = Object.values(packages).filter((one) => one.link !== true);
  const resolved = installed.flatMap((one) => one.resolved ?? []);
  assert.deepEqual(resolved, []);
});
