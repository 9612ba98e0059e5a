import type { RecordBody } from '../../../src/admin/contract/messages.ts';
import { commandLine, oneAfterTheOther, withInput } from '../data/command-line.ts';
import { shellQuote } from '../data/shell-quote.ts';
import type { MessagesQuery } from './messages-query.ts';
import { commandPosition, parseCursor, runsOf, type PartitionOffset } from './position.ts';

// More lines than this one after the other are no help to anybody.
const linesMax = 8;

type Option = readonly [name: string, value?: string | number] | undefined;

/** The line that shows the same messages, or null where there is none that a person would type. */
export function messagesCommand(
  bootstrap: string,
  topic: string,
  query: MessagesQuery,
): string | null {
  const options = sharedOptions(query);
  const consume = (own: readonly Option[]) =>
    commandLine(bootstrap, { command: 'consume', args: [topic], options: [...own, ...options] });
  if (query.order === 'tail') {
    const from = query.from === null ? 'end' : commandPosition(query.from);
    return consume([...partitionOptions(query), ['--from', from], ['--follow']]);
  }
  if (query.order === 'newest') return newestCommand(query, consume);
  return rangedCommand(query, consume);
}

/** The line that exports everything that matches, not only a page, to a file. */
export function exportCommand(bootstrap: string, topic: string, query: MessagesQuery): string {
  const ranged = query.order === 'offset' || query.order === 'partition';
  const line = commandLine(bootstrap, {
    command: 'consume',
    args: [topic],
    options: [
      ...partitionOptions(query),
      ...(ranged ? rangeOptions(query) : []),
      ...sharedOptions(query),
    ],
  });
  return `${line} > ${shellQuote(`${topic}.jsonl`)}`;
}

/** The line that imports a file of JSON lines. */
export function importCommand(
  bootstrap: string,
  topic: string,
  file: string,
  repartition: boolean,
): string {
  return commandLine(bootstrap, {
    command: 'produce',
    args: [topic],
    options: [['--json'], ['--file', file], repartition ? ['--repartition'] : undefined],
  });
}

/** The line that publishes a record. */
export function publishCommand(bootstrap: string, topic: string, record: RecordBody): string {
  const produce = { command: 'produce', args: [topic], options: [['--json'] as const] };
  return withInput(JSON.stringify(record), commandLine(bootstrap, produce));
}

/** The line that copies records to another topic, or null where there are too many. */
export function resendCommand(
  bootstrap: string,
  topic: string,
  records: readonly PartitionOffset[],
  wanted: { readonly to: string; readonly keepPartition: boolean },
): string | null {
  const runs = runsOf(records);
  if (runs.length === 0 || runs.length > linesMax) return null;
  const reads = runs.map(({ partition, from, until }) =>
    commandLine(bootstrap, {
      command: 'consume',
      args: [topic],
      options: [['-p', partition], ['--from', from], ['--until', until], ['--json']],
    }),
  );
  const write = commandLine(bootstrap, {
    command: 'produce',
    args: [wanted.to],
    options: [['--json'], wanted.keepPartition ? undefined : ['--repartition']],
  });
  return `${oneAfterTheOther(reads)} | ${write}`;
}

function newestCommand(
  query: MessagesQuery,
  consume: (own: readonly Option[]) => string,
): string | null {
  const cursor = parseCursor(query.cursor);
  // The last of each partition, of which the last of all are some; with a filter any may be.
  const from: Option = query.where === '' ? ['--from', `-${query.limit}`] : undefined;
  if (cursor === null) {
    return `${consume([...partitionOptions(query), from])} | tail -n ${query.limit}`;
  }
  if (cursor.length > linesMax) return null;
  const lines = cursor.map(({ partition, offset }) => {
    const first = query.where === '' ? Math.max(0, offset - query.limit) : 'beginning';
    return consume([
      ['-p', partition],
      ['--from', first],
      ['--until', offset],
    ]);
  });
  return oneAfterTheOther(lines);
}

function rangedCommand(
  query: MessagesQuery,
  consume: (own: readonly Option[]) => string,
): string | null {
  const cursor = parseCursor(query.cursor);
  if (cursor !== null) {
    if (cursor.length > linesMax) return null;
    const until = rangeOptions({ ...query, from: null });
    const lines = cursor.map(({ partition, offset }) =>
      consume([['-p', partition], ['--from', offset], ...until]),
    );
    return `${oneAfterTheOther(lines)} | head -n ${query.limit}`;
  }
  const range = rangeOptions(query);
  if (query.order === 'offset' || query.partitions.length < 2) {
    return consume([...partitionOptions(query), ...range, ['--max', query.limit]]);
  }
  if (query.partitions.length > linesMax) return null;
  const lines = query.partitions.map((partition) => consume([['-p', partition], ...range]));
  return `${oneAfterTheOther(lines)} | head -n ${query.limit}`;
}

function partitionOptions(query: MessagesQuery): readonly Option[] {
  return query.partitions.map((partition) => ['-p', partition] as const);
}

function rangeOptions({ from, until }: MessagesQuery): readonly Option[] {
  return [
    from === null ? undefined : ['--from', commandPosition(from)],
    until === null ? undefined : ['--until', commandPosition(until)],
  ];
}

function sharedOptions(query: MessagesQuery): readonly Option[] {
  return [
    query.where === '' ? undefined : ['--where', query.where],
    query.committed ? ['--isolation', 'read_committed'] : undefined,
    ['--json'],
  ];
}
