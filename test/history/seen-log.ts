import type {
  AcknowledgedEvent,
  FinalLogEvent,
  HistoryEvent,
  LoggedRecord,
  PartitionName,
  ReadEvent,
} from './history.ts';
import { describeEvent } from './history.ts';
import type { Violation } from './violation.ts';

interface Sighting {
  readonly id: string;
  readonly leaderEpoch: number;
  readonly event: HistoryEvent;
}

/** What anybody was shown of one partition: at each offset a record, which is the same whoever looks and whenever. */
export class SeenLog {
  readonly where: PartitionName;
  /** Of acknowledgements that name an offset. */
  readonly acknowledged: AcknowledgedEvent[] = [];
  readonly finalLogs: FinalLogEvent[] = [];
  readonly #byOffset = new Map<number, Sighting>();
  readonly #offsetOf = new Map<string, number>();
  readonly #mayLose: boolean;

  constructor(where: PartitionName, { mayLose }: { readonly mayLose: boolean }) {
    this.where = where;
    this.#mayLose = mayLose;
  }

  get name(): string {
    return `${this.where.topic}-${this.where.partition}`;
  }

  /** All offsets at which somebody was shown a record, with that record's id. */
  *sightings(): Generator<readonly [offset: number, id: string, event: HistoryEvent]> {
    for (const [offset, { id, event }] of this.#byOffset) yield [offset, id, event];
  }

  acknowledge(event: AcknowledgedEvent, isIdempotent: boolean): Violation[] {
    this.acknowledged.push(event);
    if (event.offset < 0) return [];
    return this.#sight(event.offset, { id: event.id, leaderEpoch: -1, event }, isIdempotent);
  }

  read(event: ReadEvent, isIdempotent: boolean): Violation[] {
    const { id, leaderEpoch, offset } = event;
    return this.#sight(offset, { id, leaderEpoch, event }, isIdempotent);
  }

  end(event: FinalLogEvent, isIdempotent: (id: string) => boolean): Violation[] {
    this.finalLogs.push(event);
    const found: Violation[] = [];
    const offsets = new Map<string, number>();
    for (const [offset, id, leaderEpoch] of event.records) {
      const before = offsets.get(id);
      // Also where records may be lost, what is there is there once.
      if (before !== undefined && isIdempotent(id)) {
        found.push(this.#doubled(id, before, offset, [event]));
      }
      offsets.set(id, offset);
      found.push(...this.#sight(offset, { id, leaderEpoch, event }, false));
    }
    return found;
  }

  #sight(offset: number, sighting: Sighting, isIdempotent: boolean): Violation[] {
    if (this.#mayLose) return [];
    const found: Violation[] = [];
    const before = this.#byOffset.get(offset);
    if (before === undefined) this.#byOffset.set(offset, sighting);
    else if (!isSame(before, sighting)) found.push(this.#twoRecords(offset, before, sighting));
    // An acknowledgement says nothing of the epoch; who looks later does.
    else if (before.leaderEpoch < 0)
      this.#byOffset.set(offset, { ...before, leaderEpoch: sighting.leaderEpoch });
    const elsewhere = this.#offsetOf.get(sighting.id);
    if (elsewhere === undefined) this.#offsetOf.set(sighting.id, offset);
    else if (elsewhere !== offset && isIdempotent) {
      const first = this.#byOffset.get(elsewhere)?.event;
      const events = first === undefined ? [sighting.event] : [first, sighting.event];
      found.push(this.#doubled(sighting.id, elsewhere, offset, events));
    }
    return found;
  }

  #doubled(id: string, first: number, second: number, events: readonly HistoryEvent[]): Violation {
    const message = `${id} is twice in ${this.name}: at ${first} and at ${second}`;
    return { rule: 'doubled', message, events, partition: this.where };
  }

  #twoRecords(offset: number, a: Sighting, b: Sighting): Violation {
    const message =
      `offset ${offset} of ${this.name} has held two records: ` +
      `${describe(a)}, then ${describe(b)}`;
    return { rule: 'two records', message, events: [a.event, b.event], partition: this.where };
  }

  /** All replicas are one log. */
  differences(): Violation[] {
    const [first, ...others] = this.finalLogs;
    if (first === undefined) return [];
    return others.flatMap((other) => {
      const length = Math.max(first.records.length, other.records.length);
      for (let i = 0; i < length; i++) {
        const [a, b] = [first.records[i], other.records[i]];
        if (a?.[0] === b?.[0] && a?.[1] === b?.[1] && a?.[2] === b?.[2]) continue;
        const message =
          `the logs of ${this.name} differ: broker ${first.broker} has ${describeRecord(a)} ` +
          `where broker ${other.broker} has ${describeRecord(b)}`;
        return [
          { rule: 'replicas differ', message, events: [first, other], partition: this.where },
        ];
      }
      return [];
    });
  }
}

function isSame(a: Sighting, b: Sighting): boolean {
  if (a.id !== b.id) return false;
  return a.leaderEpoch === b.leaderEpoch || a.leaderEpoch < 0 || b.leaderEpoch < 0;
}

function describe({ id, leaderEpoch, event }: Sighting): string {
  const epoch = leaderEpoch < 0 ? '' : ` of epoch ${leaderEpoch}`;
  return `${id}${epoch} (${describeEvent(event)})`;
}

function describeRecord(record: LoggedRecord | undefined): string {
  if (record === undefined) return 'nothing';
  const [offset, id, leaderEpoch] = record;
  return `${id} at ${offset} of epoch ${leaderEpoch}`;
}
