import { ruleForSources, type Finding } from './rule.ts';
import type { Node, Source } from './source.ts';

const everywhere = ['src/', 'console/', 'test/', 'tools/', 'benchmarks/', 'examples/'];

/** Folders of pure state machines, without the one file of each that has the effects. */
const stateMachines = /^src\/(?:controller\/(?!commit-decision\.ts)|coordinator\/(?!runtime\/))/;

/** Rules 15 and 16: what Node cannot strip, decorators, and inheritance other than of errors. */
export const plainTypesRule = ruleForSources(
  'plain-types',
  everywhere,
  function* (source) {
    for (const node of source.nodes) {
      const message = plainTypesMessage(node, source);
      if (message !== undefined) yield { at: node.start, message };
    }
  },
  new RegExp(
    [
      /\b(?:enum|namespace|module)\s+\w/,
      /\bclass\b[^{]*\bextends\b/,
      /\bconstructor\s*\([^)]*\b(?:private|protected|public|readonly)\b/,
      /\b(?:import\s+\w+|export)\s*=/,
      /^\s*@/m,
    ]
      .map(({ source }) => source)
      .join('|'),
    'm',
  ),
);

function plainTypesMessage(node: Node, source: Source): string | undefined {
  switch (node.type) {
    case 'TSEnumDeclaration':
      return 'no enum: an `as const` object and a union type serve';
    case 'TSModuleDeclaration':
      return 'no namespace: a file is one';
    case 'TSParameterProperty':
      return 'no parameter property: declare the field and assign it';
    case 'Decorator':
      return 'no decorators';
    case 'TSImportEqualsDeclaration':
    case 'TSExportAssignment':
      return 'no `import =` and no `export =`';
    case 'ClassDeclaration':
    case 'ClassExpression':
      return inheritanceMessage(node.superClass, source);
    default:
      return undefined;
  }
}

function inheritanceMessage(superClass: Node | null, source: Source): string | undefined {
  if (superClass === null || !source.path.startsWith('src/')) return undefined;
  if (superClass.type === 'Identifier' && /(?:Error|Failure)$/.test(superClass.name))
    return undefined;
  return 'no inheritance but of errors: take what differs as an option or a module';
}

/** Rule 14 and the package's promise that `require` can load it: where `await` may not stand. */
export const awaitRule = ruleForSources('await', ['src/'], function* (source): Iterable<Finding> {
  const pure = stateMachines.test(source.path);
  // What stands inside a function is indented.
  if (!pure && !/^\S.*\bawait\b|^await\b/m.test(source.code)) return;
  for (const node of source.nodes) {
    const waits =
      node.type === 'AwaitExpression' || (node.type === 'ForOfStatement' && node.await === true);
    if (waits && !isInsideFunction(node, source)) {
      yield { at: node.start, message: 'no top-level await: `require` could not load the package' };
    }
    if (pure && ((isFunction(node) && node.async) || isPromise(node))) {
      yield { at: node.start, message: 'a state machine runs to completion: no async, no promise' };
    }
  }
});

const classesOfOneRealm = new Set(['Error', 'TypeError', 'RangeError', 'SyntaxError']);

/**
 * The package runs inside Jest, which gives each test file globals of its own: what Node makes is not
 * `instanceof` those. The command line is never run there.
 */
export const realmsRule = ruleForSources('realms', ['src/'], function* (source): Iterable<Finding> {
  if (source.path.startsWith('src/cli/') || !source.code.includes('instanceof')) return;
  for (const node of source.nodes) {
    if (node.type !== 'BinaryExpression' || node.operator !== 'instanceof') continue;
    if (node.right.type !== 'Identifier' || !classesOfOneRealm.has(node.right.name)) continue;
    const message = `instanceof ${node.right.name} is false for another realm's: see src/util/is-error.ts`;
    yield { at: node.start, message };
  }
});

type FunctionNode = Extract<
  Node,
  { type: 'FunctionDeclaration' | 'FunctionExpression' | 'ArrowFunctionExpression' }
>;

/** Whether `node` is a function with a body. */
export function isFunction(node: Node): node is FunctionNode {
  return (
    node.type === 'FunctionDeclaration' ||
    node.type === 'FunctionExpression' ||
    node.type === 'ArrowFunctionExpression'
  );
}

function isPromise(node: Node): boolean {
  return node.type === 'Identifier' && node.name === 'Promise';
}

function isInsideFunction(node: Node, source: Source): boolean {
  for (let at = source.parentOf(node); at !== undefined; at = source.parentOf(at)) {
    if (isFunction(at)) return true;
  }
  return false;
}
