import type { OutgoingRecord } from '../../client/client-records.ts';
import type { Producer } from '../../client/producer.ts';
import { parseRecordJson } from '../../client/record-json.ts';
import type { TopicImage } from '../../metadata/image.ts';
import { errorText } from '../../util/is-error.ts';
import { readLines } from '../../util/lines.ts';
import { hasCode, OdradekError } from '../../util/odradek-error.ts';
import type { ImportResult } from '../contract/messages.ts';
import { HttpProblem } from '../http/problem.ts';
import type { SharedThread, Slices } from './shared-thread.ts';

/** How lines are taken. */
export interface ImportOptions {
  readonly topic: TopicImage;
  /** Partitions are given anew: the lines' own are not heeded. */
  readonly repartition: boolean;
  readonly lineBytesMax: number;
}

type Problem = ImportResult['problems'][number];

const problemsMax = 100;

/**
 * Writes the records of JSON lines to a topic, in their order, up to the first line that is none or could not be
 * written. The lines behind it are read for what else is wrong with them, and not written.
 */
export class RecordImport {
  readonly #options: ImportOptions;
  readonly #producer: Producer;
  readonly #slices: Slices;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #problems: Problem[] = [];
  /** A record could not be written: what is wrong with further lines is of no use. */
  #hasFailed = false;
  #lineNumber = 0;

  /** `producer` is for this import alone; its owner closes it. */
  constructor(
    options: ImportOptions,
    modules: { readonly producer: Producer; readonly thread: SharedThread },
  ) {
    this.#options = options;
    this.#producer = modules.producer;
    this.#slices = modules.thread.slices();
  }

  /** Rejects as `chunks` do, with how much was written before. */
  async run(chunks: AsyncIterable<Uint8Array>): Promise<ImportResult> {
    try {
      for await (const lines of readLines(chunks, this.#options.lineBytesMax)) {
        for (const line of lines) {
          if (this.#slices.isOver) await this.#slices.pause();
          this.#take(line);
          if (this.#producer.isFull) await this.#producer.room();
        }
      }
    } catch (error) {
      if (hasCode(error, 'INVALID_ARGUMENT')) this.#addProblem(this.#lineNumber + 1, error.message);
      else throw await this.#withCount(error);
    }
    await this.#producer.flush();
    this.#sortProblems();
    return { written: this.#producer.deliveredCount, problems: this.#problems };
  }

  /** To the end of the body, so that the client has sent it all when it reads the answer. */
  #take(line: Uint8Array): void {
    this.#lineNumber++;
    const lineNumber = this.#lineNumber;
    if (this.#hasFailed || this.#problems.length >= problemsMax) return;
    try {
      const record = this.#parse(line);
      if (record === undefined || this.#problems.length > 0) return;
      this.#producer.send(record).catch((error: unknown) => {
        this.#hasFailed = true;
        this.#addProblem(lineNumber, errorText(error));
      });
    } catch (error) {
      if (!hasCode(error, 'INVALID_ARGUMENT')) throw error;
      this.#addProblem(lineNumber, error.message.replace(`${whereOf(lineNumber)}: `, ''));
    }
  }

  #parse(line: Uint8Array): OutgoingRecord | undefined {
    const where = whereOf(this.#lineNumber);
    const { topic, repartition } = this.#options;
    const text = this.#text(line, where);
    // An empty line between objects means nothing, as in other tools for JSON lines.
    if (text.trim() === '') return undefined;
    const defaults = { topic: topic.name, partition: undefined, repartition };
    const record = parseRecordJson(text, defaults, where);
    const { partition } = record;
    if (partition === undefined || partition < topic.partitions.length) return record;
    const problem = `${topic.name} has no partition ${partition}`;
    throw lineProblem(where, problem, 'another one, or repartition=true, by which keys decide');
  }

  #text(line: Uint8Array, where: string): string {
    try {
      const text = this.#decoder.decode(line);
      // Some editors mark a file in UTF-8 at its beginning.
      return this.#lineNumber === 1 && text.startsWith('\ufeff') ? text.slice(1) : text;
    } catch {
      throw lineProblem(where, 'no text in UTF-8', 'text, with other bytes as base64');
    }
  }

  #addProblem(line: number, message: string): void {
    this.#problems.push({ line, message });
    // What fails together comes in no order.
    if (this.#problems.length >= 2 * problemsMax) this.#sortProblems();
  }

  #sortProblems(): void {
    this.#problems = this.#problems.toSorted((a, b) => a.line - b.line).slice(0, problemsMax);
  }

  /** A body that breaks off, stands still or is too large: what came of it is written, and that is said. */
  async #withCount(error: unknown): Promise<unknown> {
    await this.#producer.flush();
    if (!(error instanceof HttpProblem)) return error;
    const written = this.#producer.deliveredCount;
    const count = `${written} record${written === 1 ? ' was' : 's were'} written before, of ${this.#lineNumber} lines`;
    const message = `${error.details.message} ${count}.`;
    return new HttpProblem(error.status, { ...error.details, message }, error.headers);
  }
}

/** As errors name a line, which stands beside them here. */
function whereOf(lineNumber: number): string {
  return `line ${lineNumber}`;
}

function lineProblem(where: string, problem: string, expected: string): OdradekError {
  const message = `${where}: ${problem}; expected ${expected}.`;
  return new OdradekError(message, { code: 'INVALID_ARGUMENT', argument: where, expected });
}
