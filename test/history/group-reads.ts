import type { CommittedEvent, ReadEvent } from './history.ts';
import type { SeenLog } from './seen-log.ts';
import type { Violation } from './violation.ts';

interface GroupPart {
  readonly group: string;
  readonly read: Set<number>;
  /** The furthest acknowledged commit. */
  committed: CommittedEvent | undefined;
}

/** What groups have read and committed: below what is committed nothing was left out. */
export class GroupReads {
  /** By partition, then by group. */
  readonly #parts = new Map<string, Map<string, GroupPart>>();

  read(event: ReadEvent): void {
    if (event.group !== undefined) this.#of(event.group, event).read.add(event.offset);
  }

  commit(event: CommittedEvent): void {
    const part = this.#of(event.group, event);
    if (event.offset > (part.committed?.offset ?? -1)) part.committed = event;
  }

  conclude(log: SeenLog): Violation[] {
    const [final] = log.finalLogs;
    if (final === undefined) return [];
    const found: Violation[] = [];
    for (const { group, read, committed } of this.#parts.get(log.name)?.values() ?? []) {
      if (committed === undefined) continue;
      const leftOut = final.records.find(
        ([offset]) => offset < committed.offset && !read.has(offset),
      );
      if (leftOut === undefined) continue;
      const message = `${group} has committed ${committed.offset} of ${log.name} and has not read ${leftOut[0]}`;
      found.push({
        rule: 'reader left out',
        message,
        events: [committed],
        partition: log.where,
      });
    }
    return found;
  }

  #of(group: string, { topic, partition }: CommittedEvent | ReadEvent): GroupPart {
    const key = `${topic}-${partition}`;
    const parts = this.#parts.get(key) ?? new Map<string, GroupPart>();
    this.#parts.set(key, parts);
    let part = parts.get(group);
    if (part === undefined) {
      part = { group, read: new Set(), committed: undefined };
      parts.set(group, part);
    }
    return part;
  }
}
