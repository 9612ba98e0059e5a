import type { OutgoingRecord } from '../client/client-records.ts';
import { parseRecordJson } from '../client/record-json.ts';
import type { RecordHeader } from '../records/record-reader.ts';
import { indexOfBytes } from '../util/lines.ts';
import type { Arguments } from './command.ts';
import { wholeNumber } from './parse-arguments.ts';
import { keyValuePairs } from './report.ts';
import { usageError } from './usage-error.ts';

/** Makes a record of a line; undefined for one that is none. `lineNumber` counts from 1. */
export type LineParser = (line: Uint8Array, lineNumber: number) => OutgoingRecord | undefined;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The parser that the options of `odradek produce` ask for. Throws `INVALID_ARGUMENT`. */
export function lineParser(args: Arguments): LineParser {
  const topic = args.positionals[0];
  const partitionText = args.text('partition');
  const partition =
    partitionText === undefined
      ? undefined
      : wholeNumber(partitionText, '--partition', 0, 0x7fff_ffff);
  const headers = args.texts('header').map(parseHeader);
  if (args.flag('json')) {
    refuse(args, ['key-separator', 'null-marker']);
    return jsonParser({ topic, partition, repartition: args.flag('repartition') }, headers);
  }
  refuse(args, ['repartition']);
  if (topic === undefined) throw usageError('odradek produce needs <topic>.', 'topic', 'a topic');
  return textParser(args, { topic, partition, headers });
}

function parseHeader(text: string): RecordHeader {
  const [[key, value] = ['', '']] = Object.entries(keyValuePairs([text], '--header'));
  return { key, value: encoder.encode(value) };
}

function refuse(args: Arguments, options: readonly string[]): void {
  for (const option of options) {
    if (!args.flag(option)) continue;
    const reason = args.flag('json') ? 'has no effect on JSON lines' : 'is for JSON lines';
    throw usageError(`--${option} ${reason}.`, `--${option}`, 'another option');
  }
}

function jsonParser(
  defaults: Parameters<typeof parseRecordJson>[1],
  headers: readonly RecordHeader[],
): LineParser {
  return (line, lineNumber) => {
    const text = decoder.decode(line);
    // An empty line between objects means nothing, as in other tools for JSON lines.
    if (text.trim() === '') return undefined;
    const record = parseRecordJson(text, defaults, `line ${lineNumber}`);
    return headers.length === 0
      ? record
      : { ...record, headers: [...(record.headers ?? []), ...headers] };
  };
}

function textParser(
  args: Arguments,
  fixed: Pick<OutgoingRecord, 'topic' | 'partition' | 'headers'>,
): LineParser {
  const separatorText = args.text('key-separator');
  const separator = separatorText === undefined ? undefined : unescaped(separatorText);
  if (separator?.length === 0) {
    throw usageError('--key-separator is empty.', '--key-separator', 'one character or more');
  }
  const markerText = args.text('null-marker');
  const marker = markerText === undefined ? undefined : encoder.encode(markerText);
  const orNull = (bytes: Uint8Array): Uint8Array | null =>
    marker !== undefined && isSame(bytes, marker) ? null : bytes;
  return (line) => {
    const at = separator === undefined ? -1 : indexOfBytes(line, separator);
    if (separator === undefined || at === -1) return { ...fixed, key: null, value: orNull(line) };
    const key = orNull(line.subarray(0, at));
    return { ...fixed, key, value: orNull(line.subarray(at + separator.length)) };
  };
}

/** A tab cannot be typed in many shells: `\t` is one, and `\\` a backslash. */
function unescaped(text: string): Uint8Array {
  return encoder.encode(
    text.replace(/\\([t\\])/g, (_, escape: string) => (escape === 't' ? '\t' : '\\')),
  );
}

function isSame(bytes: Uint8Array, others: Uint8Array): boolean {
  return bytes.length === others.length && bytes.every((byte, index) => byte === others[index]);
}
