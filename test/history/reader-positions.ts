import type { EndedEvent, PartitionName, PositionEvent, ReadEvent } from './history.ts';
import type { SeenLog } from './seen-log.ts';
import type { Violation } from './violation.ts';

interface Gap {
  /** `[from, to)` was not read. */
  readonly from: number;
  readonly to: number;
  readonly event: ReadEvent | EndedEvent;
}

interface Position {
  readonly reader: string;
  /** Of the next record; undefined before the first. */
  next: number | undefined;
  readonly gaps: Gap[];
  end: EndedEvent | undefined;
}

/** Where readers are: each goes forward, and leaves nothing out that is there. */
export class ReaderPositions {
  /** By partition, then by reader. */
  readonly #positions = new Map<string, Map<string, Position>>();

  note(event: PositionEvent | EndedEvent): void {
    const position = this.#of(event.reader, event);
    if (event.kind === 'position') {
      position.next = event.offset;
      return;
    }
    position.end = event;
    const { next = 0 } = position;
    if (event.offset > next) position.gaps.push({ from: next, to: event.offset, event });
  }

  read(event: ReadEvent): Violation[] {
    const position = this.#of(event.reader, event);
    const { next = event.offset } = position;
    position.next = event.offset + 1;
    if (event.offset > next) position.gaps.push({ from: next, to: event.offset, event });
    if (event.offset >= next) return [];
    const { topic, partition, offset, reader } = event;
    const message = `${reader} read ${topic}-${partition}/${offset} when it was at ${next}`;
    return [
      { rule: 'reader went back', message, events: [event], partition: { topic, partition } },
    ];
  }

  /** What was left out of the offsets at which something was at any time, and who is not at the end. */
  conclude(log: SeenLog, offsets: readonly number[], isCompacted: boolean): Violation[] {
    if (log.finalLogs.length === 0) return [];
    const end = (offsets.at(-1) ?? -1) + 1;
    const found: Violation[] = [];
    for (const { reader, gaps, end: ended } of this.#positions.get(log.name)?.values() ?? []) {
      for (const { from, to, event } of gaps) {
        const leftOut = offsets.find((offset) => offset >= from && offset < to);
        if (leftOut === undefined) continue;
        const message = `${reader} went from ${from} to ${to} in ${log.name} and left ${leftOut} out`;
        found.push({ rule: 'reader left out', message, events: [event], partition: log.where });
      }
      if (ended === undefined || isCompacted || ended.offset === end) continue;
      const message = `${reader} ended at ${ended.offset} in ${log.name}, which ends at ${end}`;
      found.push({ rule: 'not settled', message, events: [ended], partition: log.where });
    }
    return found;
  }

  #of(reader: string, { topic, partition }: PartitionName): Position {
    const key = `${topic}-${partition}`;
    const readers = this.#positions.get(key) ?? new Map<string, Position>();
    this.#positions.set(key, readers);
    let position = readers.get(reader);
    if (position === undefined) {
      position = { reader, next: undefined, gaps: [], end: undefined };
      readers.set(reader, position);
    }
    return position;
  }
}
