import type { ConsumedRecord } from '../client/client-records.ts';
import type { Client } from '../client/client.ts';
import type { TopicMetadata } from '../client/cluster-metadata.ts';
import { recordJson } from '../client/record-json.ts';
import type { PartitionRange } from '../client/start-positions.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { ByteSink } from './byte-sink.ts';
import { type CliContext, exitCodes } from './cli-context.ts';
import { parseWhere, type RecordSelection } from './consume-filter.ts';
import { connectionOptions, withClient } from './client-command.ts';
import type { Arguments, Command } from './command.ts';
import { openGroupReading } from './consume-group.ts';
import { type ConsumePlan, parsePlan, type Reading } from './consume-plan.ts';
import { positionHelp } from './position-argument.ts';
import { Progress } from './progress.ts';
import { compileFormat, formatTokens, type RecordWriter } from './record-format.ts';
import { TopicFollower } from './topic-follower.ts';
import { findTopics } from './topic-patterns.ts';
import { usageError } from './usage-error.ts';

/** `odradek consume`: records of topics, printed as they come or in the order of their times. */
export const consumeCommand: Command = {
  name: 'consume',
  summary: 'Read records of topics',
  description: [
    'Reads all that is there and ends; with --follow it goes on, and topics that a wildcard means and ' +
      'partitions are read from their beginning when they are made later. The records of several partitions come in ' +
      'the order of their times, those of one partition in the order of their offsets.',
    'With --group the partitions are shared with the other members of the group, and what was printed is ' +
      'committed, so that the group goes on there. Without it no group is joined and nothing is committed.',
    'With --where only the records are printed for which a CEL expression is true, over key, value (JSON where it ' +
      'parses, else text), bytes, headers, timestamp, partition, offset and topic. All are read, and how many ' +
      'matched is said at the end.',
    `A format may hold ${formatTokens.map(([token, meaning]) => `${token} ${meaning}`).join('; ')}; ` +
      'and \\n, \\t, \\r, \\0, \\\\, \\xFF.',
  ],
  positionals: [{ name: 'topic', required: true, repeated: true, completes: 'topic' }],
  options: {
    from: {
      type: 'string',
      short: 'o',
      placeholder: 'POSITION',
      help: `Where to begin: ${positionHelp}. With --group, where nothing is committed. Default: beginning.`,
    },
    until: {
      type: 'string',
      short: 'u',
      placeholder: 'POSITION',
      help: 'Where to stop before, in the same words. Default: end, as it is at the start.',
    },
    where: {
      type: 'string',
      short: 'w',
      placeholder: 'FILTER',
      help: 'Only records that match, such as \'value.player == "ViratKohli"\'.',
    },
    max: { type: 'string', short: 'n', placeholder: 'N', help: 'Ends after so many records.' },
    follow: {
      type: 'boolean',
      short: 'f',
      help: 'Goes on with the records that are written from now on, until Ctrl-C.',
    },
    group: {
      type: 'string',
      short: 'g',
      placeholder: 'GROUP',
      completes: 'group',
      help: 'Reads as a member of this group.',
    },
    'group-protocol': {
      type: 'string',
      placeholder: 'PROTOCOL',
      choices: ['classic', 'consumer'],
      help: 'By classic the members share the partitions among themselves, by consumer the broker does (KIP-848). Default: classic.',
    },
    'instance-id': {
      type: 'string',
      placeholder: 'ID',
      help: 'Makes it a static member, which keeps its partitions through a restart.',
    },
    partition: {
      type: 'string',
      short: 'p',
      multiple: true,
      placeholder: 'N',
      help: 'Only this partition. May be repeated.',
    },
    json: {
      type: 'boolean',
      help: 'One JSON object a record, as odradek produce --json takes them back.',
    },
    format: {
      type: 'string',
      placeholder: 'FORMAT',
      help: "How to print a record, for example '%o %k %v\\n'. Default: '%v\\n'.",
    },
    'key-separator': {
      type: 'string',
      short: 'K',
      placeholder: 'TEXT',
      help: 'Prints key, this text and value on a line.',
    },
    'null-marker': {
      type: 'string',
      short: 'Z',
      placeholder: 'TEXT',
      help: 'What is printed for keys and values that are null. Default: nothing.',
    },
    isolation: {
      type: 'string',
      placeholder: 'LEVEL',
      choices: ['read_uncommitted', 'read_committed'],
      help: 'read_committed hides what transactions have not committed. Default: read_uncommitted.',
    },
    ...connectionOptions,
  },
  examples: [
    { text: 'Everything in a topic', command: 'odradek consume orders' },
    {
      text: 'The last ten records of each partition',
      command: 'odradek consume orders --from -10',
    },
    { text: 'What is written from now on', command: 'odradek consume orders --from end --follow' },
    {
      text: 'An hour of several topics',
      command: "odradek consume 'ipl*' --from 2026-01-31T12:00 --until 2026-01-31T13:00",
    },
    {
      text: 'The first ten records of a customer, wherever they are',
      command: `odradek consume orders --where 'value.customer == "ann" || key == "ann"' --max 10`,
    },
    {
      text: 'As one of several that share the work, until Ctrl-C',
      command: "odradek consume 'ipl*' --group billing --follow",
    },
    {
      text: 'Keys and offsets',
      command: "odradek consume orders --format '%p:%o %k = %v\\n'",
    },
  ],
  run: async (args, context) => {
    const writer = recordWriter(args);
    const selection = await parseWhere(args.text('where'));
    const runtime = await context.runtime();
    const plan = parsePlan(args, runtime.clock);
    const consume = (client: Client): Promise<number> =>
      consumeTopics(client, runtime, plan, { writer, selection }, context);
    return withClient(args, context, consume);
  },
};

function recordWriter(args: Arguments): RecordWriter {
  const chosen = ['json', 'format', 'key-separator'].filter((option) => args.flag(option));
  if (chosen.length > 1) {
    const options = chosen.map((option) => `--${option}`);
    throw usageError(`${options.join(' and ')}: expected one of them.`, options[0] ?? '', 'one');
  }
  if (args.flag('json')) return (record, sink) => sink.addText(recordJson(record));
  const separator = args.text('key-separator')?.replaceAll('%', '%%');
  const format = args.text('format') ?? (separator === undefined ? '%v\\n' : `%k${separator}%v\\n`);
  return compileFormat(format, args.text('null-marker') ?? '');
}

/** How records are printed, and which. */
interface Printing {
  readonly writer: RecordWriter;
  readonly selection: RecordSelection;
}

/** Reads without a group; what has no end is kept supplied with new topics and partitions. */
async function openReading(
  client: Client,
  runtime: Runtime,
  plan: ConsumePlan,
  topics: readonly TopicMetadata[],
): Promise<Reading> {
  // What is read up to an offset ends; what has no end may also grow.
  const isOpenEnded = plan.until === undefined;
  const consumer = await client.consumer({
    ranges: rangesOf(topics, plan),
    isolation: plan.isolation,
    mergeByTime: true,
    waitsForEnd: plan.isFollowing,
    isOpenEnded,
    // One that was named is missed; those of a pattern come and go.
    mayBeDeleted: (topic) => isOpenEnded && !plan.topics.includes(topic),
    // Whoever follows wants to go on when the broker is back.
    ...(plan.isFollowing ? { giveUpAfterMs: 0 } : {}),
  });
  const follower = new TopicFollower(
    { topics: plan.topics, known: topics, isWanted: (partition) => isWanted(partition, plan) },
    { client, consumer, timers: runtime.timers },
  );
  if (isOpenEnded) follower.start();
  return {
    get offsetCount() {
      return consumer.offsetCount;
    },
    records: () => consumer.records(),
    processed: () => {},
    stop: () => {
      follower.stop();
      consumer.close();
    },
  };
}

async function consumeTopics(
  client: Client,
  runtime: Runtime,
  plan: ConsumePlan,
  printing: Printing,
  context: CliContext,
): Promise<number> {
  const topics = await findTopics(client, plan.topics, { mayMatchNone: plan.until === undefined });
  if (topics.length === 0) context.err.write('No such topic yet: waiting for one.\n');
  const reading =
    plan.group === undefined
      ? await openReading(client, runtime, plan, topics)
      : openGroupReading(client, plan.group, plan, context);
  let isInterrupted = false;
  const stopListening = context.onInterrupt(() => {
    isInterrupted = true;
    reading.stop();
  });
  const progress = new Progress('read', { output: context.err, clock: runtime.clock });
  try {
    await printRecords(reading, plan, printing, context, progress);
  } finally {
    stopListening();
    reading.stop();
    progress.clear();
    context.err.write(printing.selection.summary() ?? '');
  }
  // To be interrupted is how following ends; a bounded reading is cut short by it.
  return isInterrupted && !plan.isFollowing ? exitCodes.interrupted : exitCodes.ok;
}

function isWanted(partition: number, { partitions }: ConsumePlan): boolean {
  return partitions?.has(partition) ?? true;
}

function rangesOf(topics: readonly TopicMetadata[], plan: ConsumePlan): readonly PartitionRange[] {
  const ranges = topics.flatMap(({ name, partitions }) =>
    partitions
      .filter(({ partition }) => isWanted(partition, plan))
      .map(({ partition }) => ({ topic: name, partition, from: plan.from, until: plan.until })),
  );
  if (ranges.length > 0 || topics.length === 0) return ranges;
  const numbers = [...(plan.partitions ?? [])].join(', ');
  throw usageError(`No topic has partition ${numbers}.`, '--partition', 'a partition that exists');
}

async function printRecords(
  reading: Reading,
  plan: ConsumePlan,
  { writer, selection }: Printing,
  context: CliContext,
  progress: Progress,
): Promise<void> {
  const sink = new ByteSink(context.out);
  // Where records are printed to the terminal they are the progress, unless few of them are.
  const showsProgress = !context.out.isTty || selection.hasFilter;
  let count = 0;
  let lookedCount = 0;
  let sizeBytes = 0;
  for await (const batch of reading.records()) {
    const { wanted, looked } = selection.take(batch, plan.recordsMax - count);
    if (context.out.isTty && wanted.length > 0) progress.clear();
    for (const record of wanted) writer(record, sink);
    for (const record of looked) sizeBytes += sizeOf(record);
    count += wanted.length;
    lookedCount += looked.length;
    await sink.flush();
    // What nobody takes any more was not dealt with.
    if (sink.closed) return;
    reading.processed(looked);
    if (count >= plan.recordsMax) return;
    if (showsProgress) {
      const matched = selection.hasFilter ? count : undefined;
      progress.update(lookedCount, sizeBytes, reading.offsetCount, matched);
    }
  }
}

function sizeOf({ key, value }: ConsumedRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0);
}
