import type { ConsumedRecord } from '../client/client-records.ts';
import type { ByteSink } from './byte-sink.ts';
import { usageError } from './usage-error.ts';

/** Writes one record the way the user asked for. */
export type RecordWriter = (record: ConsumedRecord, sink: ByteSink) => void;

/** What may stand in a format, for help and for errors. */
export const formatTokens: readonly (readonly [token: string, meaning: string])[] = [
  ['%t', 'topic'],
  ['%p', 'partition'],
  ['%o', 'offset'],
  ['%T', 'timestamp, in milliseconds since 1970'],
  ['%k', 'key'],
  ['%K', 'length of the key in bytes, -1 without one'],
  ['%v, %s', 'value'],
  ['%S', 'length of the value in bytes, -1 for a tombstone'],
  ['%h', 'headers, as name=value,name=value'],
  ['%%', 'a percent sign'],
];

/**
 * The writer for a format like kcat's: the tokens above, and the escapes `\n`, `\t`, `\r`, `\0`, `\\` and
 * `\xFF`. Keys and values are written as the bytes that they are; one that is null as `nullMarker`.
 * Throws `INVALID_ARGUMENT` for a token or an escape that does not exist.
 */
export function compileFormat(format: string, nullMarker: string): RecordWriter {
  const parts: RecordWriter[] = [];
  let literal: number[] = [];
  const endLiteral = (): void => {
    if (literal.length === 0) return;
    const bytes = Uint8Array.from(literal);
    parts.push((_, sink) => sink.addBytes(bytes));
    literal = [];
  };
  const pieces = format.match(/%[\s\S]?|\\x[0-9a-fA-F]{2}|\\[\s\S]?|[^%\\]+/g) ?? [];
  for (const piece of pieces) {
    const bytes = literalBytes(piece);
    if (bytes !== undefined) {
      literal.push(...bytes);
      continue;
    }
    endLiteral();
    parts.push(tokenWriter(piece, nullMarker));
  }
  endLiteral();
  return (record, sink) => {
    for (const write of parts) write(record, sink);
  };
}

const escapes: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, '0': 0, '\\': 92 };

/** The bytes that a piece stands for, or undefined where it stands for a part of the record. */
function literalBytes(piece: string): Iterable<number> | undefined {
  if (piece === '%%') return [37];
  if (piece.startsWith('%')) return undefined;
  if (!piece.startsWith('\\')) return Buffer.from(piece);
  if (piece.length === 4) return [Number.parseInt(piece.slice(2), 16)];
  const byte = escapes[piece.slice(1)];
  if (byte !== undefined) return [byte];
  throw usageError(
    `--format: unknown escape ${piece}.`,
    piece,
    '\\n, \\t, \\r, \\0, \\\\ or \\xFF',
  );
}

function tokenWriter(token: string, nullMarker: string): RecordWriter {
  const bytesOrMarker = (bytes: Uint8Array | null, sink: ByteSink): void => {
    if (bytes === null) sink.addText(nullMarker);
    else sink.addBytes(bytes);
  };
  switch (token) {
    case '%t':
      return (record, sink) => sink.addText(record.topic);
    case '%p':
      return (record, sink) => sink.addText(String(record.partition));
    case '%o':
      return (record, sink) => sink.addText(String(record.offset));
    case '%T':
      return (record, sink) => sink.addText(String(record.timestampMs));
    case '%k':
      return (record, sink) => bytesOrMarker(record.key, sink);
    case '%K':
      return (record, sink) => sink.addText(String(record.key?.length ?? -1));
    case '%v':
    case '%s':
      return (record, sink) => bytesOrMarker(record.value, sink);
    case '%S':
      return (record, sink) => sink.addText(String(record.value?.length ?? -1));
    case '%h':
      return (record, sink) => writeHeaders(record, sink, bytesOrMarker);
    default: {
      const known = formatTokens.map(([name]) => name).join(', ');
      throw usageError(`--format: unknown token ${token}. There are ${known}.`, token, known);
    }
  }
}

function writeHeaders(
  record: ConsumedRecord,
  sink: ByteSink,
  writeValue: (value: Uint8Array | null, sink: ByteSink) => void,
): void {
  for (const [index, { key, value }] of record.headers.entries()) {
    sink.addText(`${index === 0 ? '' : ','}${key}=`);
    writeValue(value, sink);
  }
}
