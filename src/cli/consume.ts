import type { Client } from '../client/client.ts';
import type { ConsumedRecord } from '../client/client-records.ts';
import type { TopicMetadata } from '../client/cluster-metadata.ts';
import type { Consumer } from '../client/consumer.ts';
import type { PartitionRange } from '../client/start-positions.ts';
import type { Clock, Runtime } from '../runtime/runtime.ts';
import { ByteSink } from './byte-sink.ts';
import { type CliContext, exitCodes } from './cli-context.ts';
import { connectionOptions, withClient } from './client-command.ts';
import type { Arguments, Command } from './command.ts';
import { wholeNumber } from './parse-arguments.ts';
import { parsePosition, type Position, positionHelp } from './position-argument.ts';
import { Progress } from './progress.ts';
import { compileFormat, formatTokens, type RecordWriter } from './record-format.ts';
import { writeRecordJson } from './record-json.ts';
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
      'the order of their times, those of one partition in the order of their offsets. No group is joined ' +
      'and nothing is committed.',
    `A format may hold ${formatTokens.map(([token, meaning]) => `${token} ${meaning}`).join('; ')}; ` +
      'and \\n, \\t, \\r, \\0, \\\\, \\xFF.',
  ],
  positionals: [{ name: 'topic', required: true, repeated: true, completes: 'topic' }],
  options: {
    from: {
      type: 'string',
      short: 'o',
      placeholder: 'POSITION',
      help: `Where to begin: ${positionHelp}. Default: beginning.`,
    },
    until: {
      type: 'string',
      short: 'u',
      placeholder: 'POSITION',
      help: 'Where to stop before, in the same words. Default: end, as it is at the start.',
    },
    max: { type: 'string', short: 'n', placeholder: 'N', help: 'Ends after so many records.' },
    follow: {
      type: 'boolean',
      short: 'f',
      help: 'Goes on with the records that are written from now on, until Ctrl-C.',
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
      text: 'Keys and offsets',
      command: "odradek consume orders --format '%p:%o %k = %v\\n'",
    },
  ],
  run: async (args, context) => {
    const writer = recordWriter(args);
    const runtime = await context.runtime();
    const plan = parsePlan(args, runtime.clock);
    const consume = (client: Client): Promise<number> =>
      consumeTopics(client, runtime, plan, writer, context);
    return withClient(args, context, consume);
  },
};

interface ConsumePlan {
  readonly topics: readonly string[];
  readonly partitions: ReadonlySet<number> | undefined;
  readonly from: Position;
  readonly until: Position | undefined;
  readonly recordsMax: number;
  readonly isFollowing: boolean;
  readonly isolation: 'read_uncommitted' | 'read_committed';
}

function parsePlan(args: Arguments, clock: Clock): ConsumePlan {
  const isFollowing = args.flag('follow');
  const untilText = args.text('until');
  const until = parsePosition(untilText ?? 'end', '--until', clock);
  if (isFollowing && untilText !== undefined && until.at !== 'offset') {
    const expected = 'an offset';
    throw usageError(
      `--follow with --until ${untilText}: expected ${expected}.`,
      '--until',
      expected,
    );
  }
  const partitions = args
    .texts('partition')
    .map((text) => wholeNumber(text, '--partition', 0, 0x7fff_ffff));
  const max = args.text('max');
  return {
    topics: args.positionals,
    partitions: partitions.length === 0 ? undefined : new Set(partitions),
    from: parsePosition(args.text('from') ?? 'beginning', '--from', clock),
    until: isFollowing && untilText === undefined ? undefined : until,
    recordsMax: max === undefined ? Number.POSITIVE_INFINITY : wholeNumber(max, '--max', 1),
    isFollowing,
    isolation: args.text('isolation') === 'read_committed' ? 'read_committed' : 'read_uncommitted',
  };
}

function recordWriter(args: Arguments): RecordWriter {
  const chosen = ['json', 'format', 'key-separator'].filter((option) => args.flag(option));
  if (chosen.length > 1) {
    const options = chosen.map((option) => `--${option}`);
    throw usageError(`${options.join(' and ')}: expected one of them.`, options[0] ?? '', 'one');
  }
  if (args.flag('json')) return writeRecordJson;
  const separator = args.text('key-separator')?.replaceAll('%', '%%');
  const format = args.text('format') ?? (separator === undefined ? '%v\\n' : `%k${separator}%v\\n`);
  return compileFormat(format, args.text('null-marker') ?? '');
}

/** The consumer that the plan asks for, and what keeps it supplied with topics. */
async function openReading(
  client: Client,
  runtime: Runtime,
  plan: ConsumePlan,
  context: CliContext,
): Promise<{ consumer: Consumer; follower: TopicFollower }> {
  // What is read up to an offset ends; what has no end may also grow.
  const isOpenEnded = plan.until === undefined;
  const topics = await findTopics(client, plan.topics, { mayMatchNone: isOpenEnded });
  if (topics.length === 0) context.err.write('No such topic yet: waiting for one.\n');
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
  return { consumer, follower };
}

async function consumeTopics(
  client: Client,
  runtime: Runtime,
  plan: ConsumePlan,
  writer: RecordWriter,
  context: CliContext,
): Promise<number> {
  const { consumer, follower } = await openReading(client, runtime, plan, context);
  let isInterrupted = false;
  const stopListening = context.onInterrupt(() => {
    isInterrupted = true;
    consumer.close();
  });
  const progress = new Progress('read', { output: context.err, clock: runtime.clock });
  try {
    await printRecords(consumer, plan, writer, context, progress);
  } finally {
    stopListening();
    follower.stop();
    progress.clear();
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
  consumer: Consumer,
  plan: ConsumePlan,
  writer: RecordWriter,
  context: CliContext,
  progress: Progress,
): Promise<void> {
  const sink = new ByteSink(context.out);
  // Where records are printed to the terminal they are the progress.
  const showsProgress = !context.out.isTty;
  let records = 0;
  let sizeBytes = 0;
  for await (const batch of consumer.records()) {
    for (const record of batch) {
      writer(record, sink);
      sizeBytes += sizeOf(record);
      if (++records >= plan.recordsMax) break;
    }
    await sink.flush();
    if (records >= plan.recordsMax || sink.closed) return;
    if (showsProgress) progress.update(records, sizeBytes, consumer.offsetCount);
  }
}

function sizeOf({ key, value }: ConsumedRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0);
}
