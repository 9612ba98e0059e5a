import type { FinalLogEvent, HistoryEvent, SentEvent } from './history.ts';
import type { SeenLog } from './seen-log.ts';
import type { Rule, Violation } from './violation.ts';

/** A record that a producer handed over, and what it was told of it last. */
export interface SentRecord {
  readonly event: SentEvent;
  outcome: HistoryEvent | undefined;
}

/** What a topic's log may be like. */
export interface FinalLogOptions {
  readonly mayLose: boolean;
  readonly isCompacted: boolean;
}

/** What a partition holds in the end, against what producers were told and what readers saw. */
export function checkFinalLog(
  log: SeenLog,
  sent: ReadonlyMap<string, SentRecord>,
  options: FinalLogOptions,
): Violation[] {
  const [final] = log.finalLogs;
  const at = (rule: Rule, message: string, events: readonly HistoryEvent[]): Violation => ({
    rule,
    message,
    events,
    partition: log.where,
  });
  if (final === undefined) {
    if (log.acknowledged.length === 0) return [];
    return [at('not settled', `nobody has read the whole of ${log.name}`, [])];
  }
  const context = { log, final, sent, at };
  const found = [...writtenUnasked(context), ...reordered(context)];
  if (options.mayLose) return found;
  if (!options.isCompacted) return [...found, ...lost(context)];
  return [...found, ...log.finalLogs.flatMap((each) => lostKeys({ ...context, final: each }))];
}

interface Context {
  readonly log: SeenLog;
  readonly final: FinalLogEvent;
  readonly sent: ReadonlyMap<string, SentRecord>;
  readonly at: (rule: Rule, message: string, events: readonly HistoryEvent[]) => Violation;
}

/** Records that nobody sent, or of which a producer was told that they are not there. */
function writtenUnasked({ log, final, sent, at }: Context): Violation[] {
  return final.records.flatMap(([offset, id]) => {
    const record = sent.get(id);
    if (record === undefined) {
      return [at('never sent', `${log.name} has ${id} at ${offset}, which nobody sent`, [final])];
    }
    const { event, outcome } = record;
    if (outcome?.kind !== 'refused') return [];
    const message = `${id} was refused (${outcome.error}), and is in ${log.name} at ${offset}`;
    return [at('refused, but written', message, [event, outcome])];
  });
}

/** A producer's acknowledged records are in the order in which it sent them. */
function reordered({ log, final, sent, at }: Context): Violation[] {
  const last = new Map<string, SentEvent>();
  return final.records.flatMap(([offset, id]) => {
    const record = sent.get(id);
    if (record === undefined || !record.event.isIdempotent) return [];
    if (record.outcome?.kind !== 'acknowledged') return [];
    const before = last.get(record.event.producer);
    last.set(record.event.producer, record.event);
    if (before === undefined || before.sequence <= record.event.sequence) return [];
    const message = `${id} at ${offset} of ${log.name} comes after ${before.id}, which was sent later`;
    return [at('reordered', message, [record.event, before])];
  });
}

/** What was acknowledged or shown to a reader is still there. */
function lost({ log, final, sent, at }: Context): Violation[] {
  const atOffset = new Map(final.records.map(([offset, id]) => [offset, id]));
  const ids = new Set(atOffset.values());
  const found: Violation[] = [];
  for (const [offset, id, event] of log.sightings()) {
    if (atOffset.get(offset) === id) continue;
    const how = event.kind === 'acknowledged' ? 'was acknowledged' : 'was read';
    const instead = atOffset.get(offset);
    const now = instead === undefined ? `ends at ${endOf(final)}` : `has ${instead} there`;
    const outcome = sent.get(id)?.outcome;
    const events = outcome === undefined ? [event] : [event, outcome];
    found.push(at('lost', `${id} ${how} at ${log.name}/${offset}, which now ${now}`, events));
  }
  for (const event of log.acknowledged) {
    if (event.offset >= 0 || ids.has(event.id)) continue;
    found.push(at('lost', `${event.id} was acknowledged, and is not in ${log.name}`, [event]));
  }
  return found;
}

/** Of an acknowledged record or a later one of its key, one is there. */
function lostKeys({ log, final, sent, at }: Context): Violation[] {
  const lastOffset = new Map<string, number>();
  for (const [offset, id] of final.records) {
    const key = sent.get(id)?.event.key;
    if (key !== undefined) lastOffset.set(key, offset);
  }
  return log.acknowledged.flatMap((event) => {
    const key = sent.get(event.id)?.event.key;
    if (key === undefined || (lastOffset.get(key) ?? -1) >= event.offset) return [];
    const message =
      `${event.id} was acknowledged at ${log.name}/${event.offset}, and neither it nor a later record ` +
      `of key ${key} is there on broker ${final.broker}`;
    return [at('lost', message, [event])];
  });
}

/**
 * The offsets of a partition, in order, that hold a record in the end and did ever since it was written: of a
 * compacted one the last of each key.
 */
export function lastingOffsets(
  { finalLogs }: SeenLog,
  sent: ReadonlyMap<string, SentRecord>,
  isCompacted: boolean,
): readonly number[] {
  const records = finalLogs[0]?.records ?? [];
  if (!isCompacted) return records.map(([offset]) => offset);
  const lastOfKey = new Map(records.map(([offset, id]) => [sent.get(id)?.event.key ?? id, offset]));
  return [...lastOfKey.values()].toSorted((a, b) => a - b);
}

function endOf({ records }: FinalLogEvent): number {
  return (records.at(-1)?.[0] ?? -1) + 1;
}
