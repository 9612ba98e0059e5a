import { ruleForSources, type Finding } from './rule.ts';
import type { Node, Source } from './source.ts';

/*
 * Rule 13 of docs/STYLE.md: only `src/runtime/node/` touches time, chance, files, sockets and threads, so
 * that the same sources run in a simulation. Everything else is given a `Runtime`.
 */

const door = 'src/runtime/node/';

/** Modules of Node behind the door, each with the folders or files that may use it too. */
const guardedModules: Readonly<Record<string, readonly string[]>> = {
  child_process: [],
  cluster: [],
  dgram: [],
  dns: [],
  'dns/promises': [],
  fs: ['src/cli/process-context.ts'], // a file that a user names may be a pipe or a device
  'fs/promises': [],
  http: ['src/admin/'],
  http2: [],
  https: ['src/admin/'],
  inspector: [],
  net: [],
  os: [],
  perf_hooks: [],
  process: ['src/cli/'],
  timers: [],
  'timers/promises': [],
  tls: [],
  v8: [],
  vm: [],
  worker_threads: ['src/background-worker.ts'],
};

/** Globals behind the door, likewise. */
const guardedGlobals: Readonly<Record<string, readonly string[]>> = {
  BroadcastChannel: [],
  MessageChannel: [],
  WebSocket: [],
  Worker: [],
  clearImmediate: [],
  clearInterval: [],
  clearTimeout: [],
  console: ['src/cli/'],
  crypto: [],
  fetch: [],
  globalThis: [],
  performance: [],
  process: ['src/cli/'],
  queueMicrotask: [],
  setImmediate: [],
  setInterval: [],
  setTimeout: [],
};

const guardedMembers = [
  'Date.now',
  'Math.random',
  'AbortSignal.timeout',
  'Atomics.wait',
  'Atomics.waitAsync',
];

/** What `node:crypto` makes up; its hashes are pure and free to use. */
const randomOfCrypto =
  /^(?:\*|default|random\w*|getRandomValues|webcrypto|subtle|generate\w*|createDiffieHellman|createECDH)$/;

/** What a file that breaks the rule, other than by its imports, has in its code. */
const tellingWords = new RegExp(
  `\\bimport\\.meta\\b|\\bDate(?:\\(|\\.now|\\b\\s*\\(\\s*\\))|${guardedMembers.join('|')}|` +
    `(?<![.\\w])(?:${Object.keys(guardedGlobals).join('|')})\\b(?!\\??:)`,
);

/** Only `src/runtime/node/` touches the world outside. */
export const runtimeDoorRule = ruleForSources('runtime-door', ['src/'], function* (source) {
  const mayName = tellingWords.test(source.code);
  if (mayName) yield* importMetas(source);
  if (source.path.startsWith(door)) return;
  yield* guardedImports(source);
  if (!mayName) return;
  const declared = declaredNames(source);
  for (const node of source.nodes) {
    const named = globalNamedBy(node, source, declared);
    if (named === undefined || allows(guardedGlobals[named], source.path)) continue;
    yield { at: node.start, message: `${named} is for ${door}; use the Runtime that is given` };
  }
});

/**
 * The build joins files into ones that lie in `dist/` and `dist/cli/`: what a file deeper in `src/` finds beside
 * itself is not beside those. Packages are found from all of them.
 */
function* importMetas(source: Source): Iterable<Finding> {
  if (/^src\/(?:cli\/|[^/]+$)/.test(source.path)) return;
  for (const node of source.nodes) {
    if (node.type !== 'MetaProperty' || node.meta.name !== 'import') continue;
    if (isForCreateRequire(node, source)) continue;
    yield {
      at: node.start,
      message: 'import.meta is for the files directly in src/, and src/cli/',
    };
  }
}

/** `createRequire(import.meta.url)` */
function isForCreateRequire(node: Node, source: Source): boolean {
  const member = source.parentOf(node);
  const call = member === undefined ? undefined : source.parentOf(member);
  if (call?.type !== 'CallExpression' || call.callee.type !== 'Identifier') return false;
  return call.callee.name === 'createRequire';
}

function allows(places: readonly string[] | undefined, path: string): boolean {
  return places?.some((place) => path.startsWith(place)) ?? false;
}

function* guardedImports(source: Source): Iterable<Finding> {
  for (const { specifier, names, typeOnly, at } of source.imports) {
    if (!specifier.startsWith('node:')) continue;
    const name = specifier.slice('node:'.length);
    const places = guardedModules[name];
    if (places !== undefined && !allows(places, source.path) && !typeOnly) {
      yield { at, message: `${specifier} is for ${door}; use the Runtime that is given` };
    }
    if (name === 'crypto' && names.some((one) => randomOfCrypto.test(one))) {
      yield {
        at,
        message: `chance is for ${door}: take single names from node:crypto, hashes only`,
      };
    }
    if (name === 'zlib' && !typeOnly) yield* judgeZlib(source.path, names, at);
  }
}

function* judgeZlib(path: string, names: readonly string[], at: number): Iterable<Finding> {
  if (!path.startsWith('src/records/')) {
    yield { at, message: `node:zlib is for src/records/ and ${door}` };
  } else if (!names.every((name) => name.endsWith('Sync') || name === 'constants')) {
    yield { at, message: `asynchronous zlib is for ${door}: take single names that end in Sync` };
  }
}

function globalNamedBy(
  node: Node,
  source: Source,
  declared: ReadonlySet<string>,
): string | undefined {
  if (node.type === 'Identifier') {
    const guarded = node.name in guardedGlobals && !declared.has(node.name);
    return guarded && isReference(node, source) ? node.name : undefined;
  }
  if (node.type === 'MemberExpression' && node.object.type === 'Identifier' && !node.computed) {
    const path = `${node.object.name}.${'name' in node.property ? node.property.name : ''}`;
    return guardedMembers.includes(path) ? path : undefined;
  }
  const makesDate =
    (node.type === 'NewExpression' && node.arguments.length === 0) ||
    node.type === 'CallExpression';
  if (makesDate && node.callee.type === 'Identifier' && node.callee.name === 'Date') {
    return node.type === 'NewExpression' ? 'new Date()' : 'Date()';
  }
  return undefined;
}

/** Whether an identifier stands for a value, rather than naming a member, a label or a type. */
function isReference(node: Node, source: Source): boolean {
  const parent = source.parentOf(node);
  switch (parent?.type) {
    case 'MemberExpression':
      return parent.object === node || parent.computed;
    case 'Property':
      return parent.value === node || parent.computed;
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return parent.key !== node || parent.computed;
    case 'TSPropertySignature':
    case 'TSMethodSignature':
    case 'TSTypeReference':
    case 'TSQualifiedName':
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
    case 'TSTypeParameter':
    case 'LabeledStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'TSNamedTupleMember':
      return false;
    default:
      return true;
  }
}

/** Names that the file itself binds somewhere, which are then not the globals. */
function declaredNames(source: Source): Set<string> {
  const names = new Set<string>();
  for (const node of source.nodes) {
    switch (node.type) {
      case 'VariableDeclarator':
        addBound(node.id, names);
        break;
      case 'FunctionDeclaration':
      case 'FunctionExpression':
      case 'ArrowFunctionExpression':
      case 'TSFunctionType':
      case 'TSMethodSignature':
        if ('id' in node && node.id !== null) names.add(node.id.name);
        for (const parameter of node.params) addBound(parameter, names);
        break;
      case 'ClassDeclaration':
        if (node.id !== null) names.add(node.id.name);
        break;
      case 'ImportSpecifier':
      case 'ImportDefaultSpecifier':
      case 'ImportNamespaceSpecifier':
        names.add(node.local.name);
        break;
      default:
    }
  }
  return names;
}

function addBound(pattern: Node, names: Set<string>): void {
  switch (pattern.type) {
    case 'Identifier':
      names.add(pattern.name);
      break;
    case 'AssignmentPattern':
      addBound(pattern.left, names);
      break;
    case 'RestElement':
      addBound(pattern.argument, names);
      break;
    case 'ArrayPattern':
      for (const element of pattern.elements) if (element !== null) addBound(element, names);
      break;
    case 'ObjectPattern':
      for (const property of pattern.properties) {
        addBound(property.type === 'Property' ? property.value : property.argument, names);
      }
      break;
    default:
  }
}
