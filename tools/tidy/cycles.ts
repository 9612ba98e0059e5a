import type { Rule, Violation } from './rule.ts';
import { lineAt, type Tree } from './source.ts';

/** One import, seen as a step from one place (a file, or a folder) to another. */
interface Step {
  readonly from: string;
  readonly to: string;
  readonly path: string;
  readonly line: number;
}

/**
 * Files do not import each other in a circle, and neither do folders that stand side by side (a folder and
 * one inside it may). Imports of types count.
 * In the console only files are judged, and types do not count: its frame draws every page, and each page stands
 * in the frame; a part is given what the whole has.
 */
export const cyclesRule: Rule = {
  name: 'cycles',
  *judgeTree(tree) {
    const files = stepsWithin('src/', tree, true);
    yield* violations(files);
    yield* violations(files.flatMap((step) => betweenFolders(step) ?? []));
    yield* violations(stepsWithin('console/src/', tree, false));
  },
};

function stepsWithin(folder: string, tree: Tree, typesCount: boolean): Step[] {
  const steps: Step[] = [];
  for (const { path, text, imports } of tree.sources) {
    if (!path.startsWith(folder)) continue;
    for (const { target, typeOnly, at } of imports) {
      if (target?.startsWith(folder) !== true || (typeOnly && !typesCount)) continue;
      steps.push({ from: path, to: target, path, line: lineAt(text, at) });
    }
  }
  return steps;
}

/** The step between the two folders, side by side, in which the two files of `step` part. */
function betweenFolders(step: Step): Step | undefined {
  const from = step.from.split('/');
  const to = step.to.split('/');
  let depth = 0;
  while (from[depth] === to[depth] && depth < from.length) depth++;
  const bothAreFolders = depth < from.length - 1 && depth < to.length - 1;
  if (!bothAreFolders) return undefined;
  const folder = (parts: string[]) => parts.slice(0, depth + 1).join('/');
  return { ...step, from: folder(from), to: folder(to) };
}

/** One violation for each step at which a walk comes back to where it was. */
function violations(steps: readonly Step[]): Violation[] {
  const found: Violation[] = [];
  const stepsFrom = Map.groupBy(steps, ({ from }) => from);
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (place: string): void => {
    trail.push(place);
    for (const { to, path, line } of stepsFrom.get(place) ?? []) {
      const seenAt = trail.indexOf(to);
      if (seenAt !== -1) {
        const message = `a circle of imports: ${[...trail.slice(seenAt), to].join(' → ')}`;
        found.push({ rule: 'cycles', path, line, message });
      } else if (!done.has(to)) {
        visit(to);
      }
    }
    trail.pop();
    done.add(place);
  };
  for (const place of stepsFrom.keys()) if (!done.has(place)) visit(place);
  return found;
}

/** Whether `table`, of names with those that each may import, leads back to where it began. */
export function hasCircle(table: Readonly<Record<string, readonly string[]>>): boolean {
  const steps = Object.entries(table).flatMap(([from, others]) =>
    others.map((to) => ({ from, to, path: from, line: 1 })),
  );
  return violations(steps).length > 0;
}
