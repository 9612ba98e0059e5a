import type { Why } from '../../../src/admin/contract/picture.ts';
import { commandLine, isPatternName } from '../data/command-line.ts';

/** More than anybody would paste at once. */
const linesMax = 5;

/**
 * The line that says the same of the topics and groups that something is said of; of brokers and the cluster, and
 * where nothing is said, the one that shows how the cluster is.
 */
export function whyCommand(bootstrap: string, whys: readonly Why[]): string {
  const lines = whys.map(({ subject: { kind, name } }) => {
    const of = kind === 'member' ? 'group' : kind;
    const isNamed = (of === 'topic' && !isPatternName(name)) || of === 'group';
    return isNamed
      ? commandLine(bootstrap, { command: `why ${of}`, args: [name] })
      : commandLine(bootstrap, { command: 'cluster describe' });
  });
  const distinct = [...new Set(lines)];
  if (distinct.length === 0) return commandLine(bootstrap, { command: 'cluster describe' });
  return distinct.slice(0, linesMax).join('; ');
}
