import type {
  Coordinator,
  CoordinatorEvent,
  Decision,
  RequestRef,
} from '../../../src/coordinator/coordinator.ts';
import { nothing, replyTo } from '../../../src/coordinator/coordinator.ts';
import type { EncodedRecord } from '../../../src/coordinator/runtime/record-batches.ts';

/** Sets a name to a number. */
export interface TallyRecord {
  readonly name: string;
  readonly value: number;
}

export type TallyEvent =
  | { kind: 'set'; name: string; values: number[]; ref: RequestRef<string>; atomic?: boolean }
  | { kind: 'get'; name: string; ref: RequestRef<string> }
  /** Waits until the deadline, until somebody else sets the name with a tag, or until it has gone. */
  | { kind: 'park'; name: string; untilMs: number; ref: RequestRef<string> }
  | { kind: 'setForParked'; name: string; value: number; ref: RequestRef<string> }
  | { kind: 'note'; text: string };

/** The smallest coordinator that does all that a coordinator may: it keeps a number for each name. */
export class Tally implements Coordinator<TallyEvent, TallyRecord> {
  readonly values = new Map<string, number>();
  /** What happened beside requests, in words. */
  readonly seen: string[] = [];
  readonly #parked = new Map<string, RequestRef<string>[]>();

  handle(event: TallyEvent | CoordinatorEvent, nowMs: number): Decision<TallyRecord> {
    switch (event.kind) {
      case 'set':
        return {
          records: event.values.map((value) => ({ name: event.name, value })),
          replies: [replyTo(event.ref, `set ${event.name}`)],
          deadlines: [{ key: `expire/${event.name}`, atMs: nowMs + 10_000 }],
          ...(event.atomic === undefined ? {} : { atomic: event.atomic }),
        };
      case 'get':
        return reply(event.ref, `${event.name} is ${this.values.get(event.name)}`);
      case 'park':
        this.#parked.set(event.name, [...(this.#parked.get(event.name) ?? []), event.ref]);
        return {
          ...nothing,
          deadlines: [{ key: `park/${event.name}`, atMs: event.untilMs }],
        };
      case 'setForParked':
        return {
          records: [{ name: event.name, value: event.value }],
          replies: [replyTo(event.ref, 'done')],
          deadlines: [{ key: `park/${event.name}`, atMs: undefined }],
          appendTag: event.name,
        };
      case 'note':
        this.seen.push(event.text);
        return nothing;
      case 'loaded':
        this.seen.push('loaded');
        return nothing;
      case 'deadline':
        this.seen.push(`deadline ${event.key}`);
        return this.#answerParked(event.key.slice('park/'.length), 'time is up');
      case 'appendEnded':
        this.seen.push(`append of ${event.tag}: ${event.error ?? 'ok'}`);
        return this.#answerParked(event.tag, event.error ?? 'it is set');
      case 'requestGone':
        this.seen.push(`request ${event.requestId} has gone`);
        return nothing;
    }
  }

  replay({ name, value }: TallyRecord, offset: number): void {
    this.seen.push(`replay ${name}=${value} at ${offset}`);
    this.values.set(name, value);
  }

  #answerParked(name: string, text: string): Decision<TallyRecord> {
    const refs = this.#parked.get(name) ?? [];
    this.#parked.delete(name);
    return { ...nothing, replies: refs.map((ref) => replyTo(ref, text)) };
  }
}

function reply(ref: RequestRef<string>, response: string): Decision<never> {
  return { ...nothing, replies: [replyTo(ref, response)] };
}

export function encodeTally({ name, value }: TallyRecord): EncodedRecord {
  return { key: Buffer.from(name), value: Buffer.from(String(value)) };
}

export function decodeTally({ key, value }: EncodedRecord): TallyRecord | undefined {
  const name = Buffer.from(key).toString();
  if (name.startsWith('unknown')) return undefined;
  return { name, value: Number(Buffer.from(value ?? []).toString()) };
}
