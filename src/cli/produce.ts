import type { OutgoingRecord } from '../client/client-records.ts';
import type { Producer, ProducerOptions } from '../client/producer.ts';
import { compressionCodecs } from '../records/record-batch.ts';
import { readLines } from '../util/lines.ts';
import { hasCode, OdradekError } from '../util/odradek-error.ts';
import { type CliContext, exitCodes, type Input } from './cli-context.ts';
import { connectionOptions, withClient } from './client-command.ts';
import type { Arguments, Command } from './command.ts';
import { wholeNumber } from './parse-arguments.ts';
import { type LineParser, lineParser } from './produce-lines.ts';
import { Progress } from './progress.ts';
import { printJson } from './report.ts';
import { counted, formatBytes } from './table.ts';

/** `odradek produce`: lines in, records out. */
export const produceCommand: Command = {
  name: 'produce',
  summary: 'Write records from standard input or a file',
  description: [
    'Every line is a record: its value, or with --key-separator a key and a value, or with --json an object ' +
      'as odradek consume --json prints them. A record goes to the partition that it names, else to the one ' +
      "that its key falls to, as with Java's clients, else the partitions take turns.",
    'The command ends when all records are confirmed. An unknown topic is created where the broker allows it.',
  ],
  positionals: [{ name: 'topic', required: false, completes: 'topic' }],
  options: {
    file: {
      type: 'string',
      short: 'f',
      placeholder: 'FILE',
      help: 'Reads this file instead of standard input.',
      completes: 'file',
    },
    'key-separator': {
      type: 'string',
      short: 'K',
      placeholder: 'TEXT',
      help: 'What stands between key and value; \\t is a tab. A line without it has no key.',
    },
    json: {
      type: 'boolean',
      help: 'Lines are JSON objects with value, key, headers, partition, timestamp and topic; keyBase64 and valueBase64 hold bytes that are no text.',
    },
    'null-marker': {
      type: 'string',
      short: 'Z',
      placeholder: 'TEXT',
      help: 'A value (or key) that is exactly this text is null: a tombstone.',
    },
    partition: {
      type: 'string',
      short: 'p',
      placeholder: 'N',
      help: 'Writes all records to this partition.',
    },
    repartition: {
      type: 'boolean',
      help: 'Forgets the partitions in JSON lines: keys decide again.',
    },
    header: {
      type: 'string',
      short: 'H',
      multiple: true,
      placeholder: 'KEY=VALUE',
      help: 'A header for every record. May be repeated.',
    },
    compression: {
      type: 'string',
      short: 'z',
      placeholder: 'CODEC',
      choices: compressionCodecs,
      help: 'none, gzip, snappy, lz4 or zstd. Default: none.',
    },
    acks: {
      type: 'string',
      placeholder: '0|1|all',
      choices: ['0', '1', 'all'],
      help: 'Who must have a record before it counts as written: nobody, the leader, or all replicas in sync. Default: all.',
    },
    report: {
      type: 'string',
      placeholder: 'FORM',
      choices: ['text', 'json', 'none'],
      help: 'How to tell what was written: text on standard error, json on standard output, or none. Default: text.',
    },
    'linger-ms': {
      type: 'string',
      placeholder: 'MS',
      help: 'How long a batch waits for further records. Default: 5.',
    },
    ...connectionOptions,
  },
  examples: [
    { text: 'One record', command: 'echo hello | odradek produce orders' },
    {
      text: 'Keys and values',
      command: "printf 'a:1\\nb:2\\n' | odradek produce prices --key-separator :",
    },
    {
      text: 'A copy of a topic, compressed',
      command:
        'odradek consume orders --json | odradek produce orders-copy --json --repartition -z zstd',
    },
    {
      text: 'A tombstone',
      command: "echo 'a:' | odradek produce prices -K : --null-marker ''",
    },
  ],
  run: (args, context) => {
    const parse = lineParser(args);
    const options = producerOptions(args);
    const path = args.text('file');
    const input = path === undefined ? context.input : context.openFile(path);
    if (path === undefined && input.isTty) {
      context.err.write('One record a line; Ctrl-D ends.\n');
    }
    const produce = new ProduceRun(args, context, parse);
    return withClient(
      args,
      context,
      async (client, runtime) => {
        // Before the first line: a wrong address should not wait for it.
        await client.cluster.metadata([]);
        const progress = new Progress('written', { output: context.err, clock: runtime.clock });
        return produce.run(client.producer(options), input, progress);
      },
      { autoCreateTopics: true, unknownTopicTimeoutMs: 5000 },
    );
  },
};

function producerOptions(args: Arguments): ProducerOptions {
  const acks = args.text('acks') ?? 'all';
  const codec = args.text('compression') ?? 'none';
  const linger = args.text('linger-ms');
  const timeout = args.text('timeout-ms');
  return {
    acks: acks === 'all' ? 'all' : acks === '1' ? 1 : 0,
    compression: compressionCodecs.find((known) => known === codec) ?? 'none',
    ...(linger === undefined ? {} : { lingerMs: wholeNumber(linger, '--linger-ms', 0, 600_000) }),
    deliveryTimeoutMs: timeout === undefined ? 120_000 : wholeNumber(timeout, '--timeout-ms', 1),
  };
}

/** One run of the command: lines go in, records come out, and in the end it says how many. */
class ProduceRun {
  readonly #args: Arguments;
  readonly #context: CliContext;
  readonly #parse: LineParser;
  readonly #topics = new Set<string>();
  #records = 0;
  #sizeBytes = 0;
  #isInterrupted = false;

  constructor(args: Arguments, context: CliContext, parse: LineParser) {
    this.#args = args;
    this.#context = context;
    this.#parse = parse;
  }

  async run(producer: Producer, input: Input, progress: Progress): Promise<number> {
    let interrupt = (): void => {};
    const interrupted = new Promise<void>((resolve) => {
      interrupt = resolve;
    });
    const stopListening = this.#context.onInterrupt(() => {
      this.#isInterrupted = true;
      interrupt();
    });
    try {
      // What stands before a line that makes no sense is written all the same.
      const [reading] = await Promise.allSettled([
        Promise.race([this.#readAll(producer, input, progress), interrupted]),
      ]);
      try {
        await producer.close();
        if (reading.status === 'rejected') throw reading.reason;
      } catch (error) {
        throw this.#withAdvice(error);
      }
    } finally {
      stopListening();
      input.close();
      progress.clear();
      producer.closeNow();
      this.#report(producer);
    }
    return this.#isInterrupted ? exitCodes.interrupted : exitCodes.ok;
  }

  /** A copy into a topic with fewer partitions fails for everybody once. */
  #withAdvice(error: unknown): unknown {
    const isPartition =
      hasCode(error, 'INVALID_ARGUMENT') && error.details.argument === 'partition';
    if (!isPartition || !this.#args.flag('json') || this.#args.flag('partition')) return error;
    const advice = 'With --repartition keys decide, whatever the lines say.';
    return new OdradekError(`${error.message}\n${advice}`, error.details, { cause: error });
  }

  async #readAll(producer: Producer, input: Input, progress: Progress): Promise<void> {
    for await (const lines of readLines(input.chunks())) {
      for (const line of lines) {
        if (this.#isInterrupted) return;
        this.#add(producer, line);
        if (!producer.isFull) continue;
        await producer.room();
        this.#show(progress, producer);
      }
      // What has failed already will not get better by reading on.
      if (producer.failure !== undefined) return;
      this.#show(progress, producer);
    }
  }

  /** What is written, of which only the number is known: the rest is read, and on its way. */
  #show(progress: Progress, { deliveredCount }: Producer): void {
    const share = this.#records === 0 ? 0 : deliveredCount / this.#records;
    progress.update(deliveredCount, Math.round(this.#sizeBytes * share));
  }

  #add(producer: Producer, line: Uint8Array): void {
    const record = this.#parse(line, this.#records + 1);
    if (record === undefined) return;
    producer.enqueue(record);
    this.#records++;
    this.#sizeBytes += sizeOf(record);
    this.#topics.add(record.topic);
  }

  #report(producer: Producer): void {
    const form = this.#args.text('report') ?? 'text';
    const records = producer.deliveredCount;
    const topics = [...this.#topics];
    if (form === 'json') {
      printJson(this.#context, { topics, records, failed: this.#records - records });
    } else if (form === 'text' && this.#records > 0) {
      const lost = this.#records - records;
      const size = lost === 0 ? ` (${formatBytes(this.#sizeBytes)})` : `, ${lost} failed`;
      const where = topics.length === 1 ? topics[0] : counted(topics.length, 'topic');
      const verb = this.#args.text('acks') === '0' ? 'sent' : 'written';
      this.#context.err.write(`${counted(records, 'record')} ${verb} to ${where}${size}\n`);
    }
  }
}

function sizeOf({ key, value }: OutgoingRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0);
}
