import { History, type HistoryEvent } from '../history/history.ts';

/** Takes down what clients tell, in the order in which it comes here, and how far each of them is. */
export class Observer {
  readonly history = new History(() => performance.now());
  /** By reader, then by partition: the offset of the record that is next. */
  readonly #next = new Map<string, number[]>();
  /** By group, then by partition: the furthest that was acknowledged. */
  readonly #committed = new Map<string, number[]>();
  readonly counts = { sent: 0, acknowledged: 0, failed: 0, read: 0, committed: 0 };

  add(event: HistoryEvent): void {
    this.history.add(event);
    switch (event.kind) {
      case 'sent':
        this.counts.sent++;
        break;
      case 'acknowledged':
        this.counts.acknowledged++;
        break;
      case 'refused':
      case 'unknown':
        this.counts.failed++;
        break;
      case 'read':
        this.counts.read++;
        this.#positionsOf(event.reader)[event.partition] = event.offset + 1;
        break;
      case 'committed': {
        this.counts.committed++;
        const offsets = this.#commitsOf(event.group);
        offsets[event.partition] = Math.max(offsets[event.partition] ?? 0, event.offset);
        break;
      }
      default:
    }
  }

  /** The offset of the record that a reader is to be given next. */
  nextOf(reader: string, partition: number): number {
    return this.#next.get(reader)?.[partition] ?? 0;
  }

  /** What a group has committed for sure. */
  committedOf(group: string, partition: number): number {
    return this.#committed.get(group)?.[partition] ?? 0;
  }

  #positionsOf(reader: string): number[] {
    const offsets = this.#next.get(reader) ?? [];
    this.#next.set(reader, offsets);
    return offsets;
  }

  #commitsOf(group: string): number[] {
    const offsets = this.#committed.get(group) ?? [];
    this.#committed.set(group, offsets);
    return offsets;
  }
}
