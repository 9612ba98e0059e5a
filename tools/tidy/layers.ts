import type { Finding } from './rule.ts';
import { ruleForSources } from './rule.ts';

/*
 * Who may import whom, as docs/ARCHITECTURE.md has it. A unit is a folder of `src/`, or a part of one that
 * has rules of its own; files of a unit may import each other. What a port hides (the file system, etcd) is
 * a unit apart from the port, so that only those who put a broker together can name it.
 */

const ports = ['util', 'runtime', 'config', 'records', 'protocol'] as const;
const parts = ['storage', 'metadata', 'security', 'filter', 'replication', 'controller'] as const;
const coordinator = ['coordinator', 'coordinator/runtime'] as const;
const stores = [
  'metadata/embedded',
  'metadata/etcd',
  'metadata/remote',
  'metadata/simulated',
] as const;
const belowApis = [...ports, ...parts, ...coordinator] as const;
const belowBroker = [...belowApis, ...stores, 'client', 'apis'] as const;

/** Each unit of `src/` with the other units that it may import. */
export const layers: Readonly<Record<string, readonly string[]>> = {
  util: [],
  runtime: ['util'],
  'runtime/node': ['runtime', 'util'],
  'runtime/simulated': ['runtime', 'runtime/node', 'util'],
  config: ['util'],
  records: ['util'],
  protocol: ['util'],
  filter: ['records', 'util'],
  client: ['protocol', 'records', 'runtime', 'config', 'util'],
  storage: ['records', 'runtime', 'config', 'util'],
  metadata: ['runtime', 'config', 'util'],
  'metadata/embedded': ['metadata', 'storage', 'records', 'runtime', 'config', 'util'],
  'metadata/etcd': ['metadata', 'runtime', 'config', 'util'],
  'metadata/simulated': ['metadata', 'runtime', 'config', 'util'],
  'metadata/remote': ['metadata', 'runtime', 'util'],
  security: ['metadata', 'runtime', 'config', 'util'],
  controller: ['metadata', 'filter', 'config', 'util'],
  replication: ['storage', 'metadata', 'records', 'runtime', 'config', 'util'],
  coordinator: ['protocol', 'metadata', 'records', 'config', 'util'],
  'coordinator/runtime': [
    'coordinator',
    'protocol',
    'metadata',
    'records',
    'runtime',
    'config',
    'util',
  ],
  faults: ['metadata', 'runtime', 'util'],
  apis: belowApis,
  broker: belowBroker,
  'broker/embedded': [...belowBroker, 'broker', 'faults', 'runtime/node'],
  // Types that the console imports too.
  'admin/contract': [],
  'admin/why': ['admin/contract', 'util'],
  admin: [...belowBroker, 'broker', 'admin/contract', 'admin/why'],
  'load-admin': ['broker', 'admin'],
  index: [...belowBroker, 'broker', 'broker/embedded', 'admin', 'load-admin', 'runtime/node'],
  'background-worker': [
    'runtime/node',
    'runtime',
    'storage',
    'replication',
    'filter',
    'records',
    'config',
    'util',
  ],
  'broker-worker': ['broker/embedded', 'load-admin'],
  cli: [
    'index',
    'client',
    'filter',
    'records',
    'runtime',
    'runtime/node',
    'config',
    'util',
    'admin/why',
    'admin/contract',
  ],
};

/** The unit that holds `path` (from the root of the repository), or undefined where the table has none. */
function unitOf(path: string): string | undefined {
  const inside = path.slice('src/'.length).replace(/\.ts$/, '');
  if (!inside.includes('/')) return inside in layers ? inside : undefined;
  let unit: string | undefined;
  for (const name of Object.keys(layers)) {
    const holds = inside === name || inside.startsWith(`${name}/`);
    if (holds && (unit === undefined || name.length > unit.length)) unit = name;
  }
  return unit;
}

/** Imports inside `src/` follow the table. */
export const layersRule = ruleForSources('layers', ['src/'], function* (source): Iterable<Finding> {
  const unit = unitOf(source.path);
  if (unit === undefined) {
    yield { at: 0, message: 'stands outside the folders of docs/ARCHITECTURE.md' };
    return;
  }
  for (const { target, specifier, at } of source.imports) {
    if (target === undefined) continue;
    if (!target.startsWith('src/')) {
      yield { at, message: `src/ may not import ${specifier}, which is outside it` };
      continue;
    }
    const other = unitOf(target);
    if (other === undefined || other === unit || layers[unit]?.includes(other)) continue;
    yield { at, message: `${unit} may not import ${other} (docs/ARCHITECTURE.md, "May import")` };
  }
});
