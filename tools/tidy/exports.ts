import { ruleForSources } from './rule.ts';
import type { Node } from './source.ts';

const everywhere = [
  'src/',
  'console/src/',
  'console/dev/',
  'test/',
  'tools/',
  'benchmarks/',
  'examples/',
];

/** The files whose whole purpose is to hand on what others export. */
const publicEntries = ['src/index.ts'];

/** Rule 3: named exports only, and no file that hands on another's. */
export const namedExportsRule = ruleForSources(
  'named-exports',
  everywhere,
  function* (source) {
    for (const node of source.program.body) {
      if (exportsDefault(node)) {
        yield { at: node.start, message: 'no default export: give it its name' };
      }
      const handsOn =
        node.type === 'ExportAllDeclaration' ||
        (node.type === 'ExportNamedDeclaration' && node.source !== null);
      if (
        handsOn &&
        /^(?:console\/)?src\//.test(source.path) &&
        !publicEntries.includes(source.path)
      ) {
        yield {
          at: node.start,
          message: 'no barrel: who needs it imports it from where it stands',
        };
      }
    }
  },
  /\bexport\s*(?:default\b|type\s*[{*]|[{*])/,
);

function exportsDefault(node: Node): boolean {
  if (node.type === 'ExportDefaultDeclaration') return true;
  if (node.type !== 'ExportNamedDeclaration') return false;
  return node.specifiers.some(
    ({ exported }) => exported.type === 'Identifier' && exported.name === 'default',
  );
}

const documented = ['src/', 'console/src/', 'console/dev/'];

const exported =
  /^export (?:declare |abstract |async )*(?:function|class|const|let|interface|type(?! [{*]))\b/gm;

/**
 * Rule 4: a docstring on every export. One that stands directly below another (no blank line between) is
 * covered by its docstring: a list and the type of its members, say. So is the name that is given to the
 * inferred type of a message schema, and every overload after the first.
 */
export const docstringsRule = ruleForSources('docstrings', documented, function* ({ text }) {
  let covered = false;
  for (const { index: at } of text.matchAll(exported)) {
    const above = text.slice(0, at).replace(/(?:^\/\/.*\n)+$/m, '');
    const follows = /\S\n$/.test(above) && !above.endsWith('*/\n');
    covered = hasDocstring(above) || namesSchemaType(text.slice(at)) || (follows && covered);
    if (!covered) yield { at, message: 'an export without a docstring' };
  }
});

function hasDocstring(above: string): boolean {
  return above.endsWith('*/\n') && above.slice(above.lastIndexOf('/*')).startsWith('/**');
}

/** `export interface FetchRequest extends Infer<typeof fetchRequest> {}` */
function namesSchemaType(declaration: string): boolean {
  return /^export interface [^{]*\{\}/.test(declaration);
}
