/**
 * Reads and runs the scripts in test/golden/groups/: blocks of a command and, behind a line of dashes, what
 * comes of it. Lines that begin with `#` are for people.
 *
 *     alice join orders topics=clicks
 *     ----
 *     alice < MEMBER_ID_REQUIRED memberId=alice-1
 *
 * A line that says who sends it is a request; the client's id is that name. The others are:
 *
 *     set NAME=VALUE ...           settings, by their names
 *     topic NAME=PARTITIONS ...    topics that are there; 0 for one that is deleted
 *     wait MS                      time passes, and deadlines come due
 *     restart                      a new coordinator loads what the old one wrote
 *     hold | commit                what is appended stays uncommitted; commits all of it
 *     refuse ERROR                 the next append is refused
 *     gone NAME                    who sent the last request of this name is gone
 *
 * What comes of it: `write`, records; `NAME <`, an answer; `due`, a deadline that had effects.
 */
import { errorCodes } from '../../../src/protocol/error-codes.ts';
import type { AppendError, Reply } from '../../../src/coordinator/coordinator.ts';
import type { GroupRecord } from '../../../src/coordinator/group/group-records.ts';
import { must } from '../../../src/util/assert.ts';
import { formatRecord, formatReply } from './format-group.ts';
import { GroupHost } from './group-host.ts';
import { parseRequest, wordsOf } from './parse-group-request.ts';
import type { Verb } from './parse-group-request.ts';

/** A command with what the script says that comes of it. */
interface Block {
  /** Lines as they stand in front of the command. */
  readonly preface: readonly string[];
  readonly command: string;
  readonly expected: readonly string[];
}

/** Which API answered with which error. */
export type Seen = (verb: Verb, error: string) => void;

/** The blocks of a script, and what stands behind the last one. */
function parseScript(text: string): Block[] {
  const blocks: Block[] = [];
  const lines = text.split('\n');
  let preface: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = must(lines[i]);
    if (line.trim() === '' || line.startsWith('#')) {
      preface.push(line);
      continue;
    }
    if (lines[i + 1] !== '----') throw new Error(`line ${i + 2}: dashes must follow '${line}'`);
    const expected: string[] = [];
    for (i += 2; i < lines.length && lines[i] !== ''; i++) expected.push(must(lines[i]));
    blocks.push({ preface, command: line, expected });
    preface = [''];
  }
  return blocks;
}

/** The script with what does come of its commands. */
export function rerunScript(text: string, seen: Seen): string {
  const runner = new ScriptRunner(seen);
  const parts = parseScript(text).map(({ preface, command }) => {
    const outcome = runner.run(command);
    return [...preface, command, '----', ...outcome].join('\n');
  });
  return `${parts.join('\n')}\n`;
}

class ScriptRunner {
  readonly #seen: Seen;
  readonly #host: GroupHost;
  /** Who sent a request, by its id. */
  readonly #senders = new Map<number, { readonly name: string; readonly verb: Verb }>();
  #lastRequests = new Map<string, number>();
  #lines: string[] = [];

  constructor(seen: Seen) {
    this.#seen = seen;
    this.#host = new GroupHost({
      wrote: (record) => this.#wrote(record),
      replied: (reply) => this.#replied(reply),
      refused: (requestId, error) => this.#refused(requestId, error),
      due: (key, nowMs) => this.#lines.push(`due ${key} at ${nowMs}`),
    });
  }

  run(command: string): string[] {
    this.#lines = [];
    const words = wordsOf(command);
    if (!this.#runOwn(words)) this.#request(words);
    return withoutIdleDeadlines(this.#lines);
  }

  #runOwn([verb = '', ...words]: readonly string[]): boolean {
    const host = this.#host;
    switch (verb) {
      case 'set':
        host.settings = { ...host.settings, ...Object.fromEntries(words.map(numberPair)) };
        return true;
      case 'topic':
        for (const [name, count] of words.map(numberPair)) this.#setTopic(name, count);
        return true;
      case 'wait':
        host.wait(Number(words[0]));
        return true;
      case 'restart':
        host.restart();
        return true;
      case 'hold':
        host.commits = false;
        return true;
      case 'commit':
        host.commits = true;
        host.commit();
        return true;
      case 'refuse':
        host.refusal = words[0] as AppendError;
        return true;
      case 'gone':
        host.abandon(must(this.#lastRequests.get(words[0] ?? '')));
        return true;
      default:
        return false;
    }
  }

  #setTopic(name: string, partitionCount: number): void {
    if (partitionCount > 0) {
      this.#host.setTopic(name, partitionCount);
    } else {
      this.#host.topics.delete(name);
      this.#host.tell({ kind: 'topicsDeleted', names: [name] });
      this.#host.wait(0);
    }
  }

  #request([name = '', verb = '', ...words]: readonly string[]): void {
    const request = parseRequest(name, verb as Verb, words);
    // The answer may come before the id of the request is known.
    const requestId = this.#senders.size + 1;
    this.#senders.set(requestId, { name, verb: verb as Verb });
    this.#lastRequests.set(name, requestId);
    if (this.#host.ask(request) !== requestId) throw new Error('requests are counted alike');
  }

  #wrote(record: GroupRecord): void {
    this.#lines.push(`write ${formatRecord(record)}`);
  }

  #replied({ requestId, response }: Reply): void {
    const { name, verb } = must(this.#senders.get(requestId));
    for (const error of errorsIn(response)) this.#seen(verb, error);
    this.#lines.push(`${name} < ${formatReply(verb, response)}`);
  }

  #refused(requestId: number, error: AppendError): void {
    const { name, verb } = must(this.#senders.get(requestId));
    this.#seen(verb, error);
    this.#lines.push(`${name} < refused: ${error}`);
  }
}

function numberPair(word: string): readonly [string, number] {
  const [name = '', value = ''] = word.split('=');
  return [name, Number(value)];
}

/** Deadlines after which nothing happened say nothing. */
function withoutIdleDeadlines(lines: readonly string[]): string[] {
  return lines.filter((line, i) => {
    const next = lines[i + 1];
    return !line.startsWith('due ') || (next !== undefined && !next.startsWith('due '));
  });
}

const errorNames = new Map(
  Object.entries(errorCodes).map(([name, code]) => [code as number, name]),
);

/** All errors in a response. */
function errorsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(errorsIn);
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'errorCode' ? [must(errorNames.get(inner as number))] : errorsIn(inner),
  );
}
