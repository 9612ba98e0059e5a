import { SyntaxProblem } from './syntax-error.ts';
import { encodeUtf8 } from './text.ts';

/** The literal of a string or of bytes that begins at `at`, and where it ends. Throws `SyntaxProblem`. */
export function readStringLiteral(
  source: string,
  at: number,
): { readonly value: string | Uint8Array; readonly end: number } {
  const quoteAt = source.slice(at, at + 3).search(/["']/) + at;
  const prefix = source.slice(at, quoteAt).toLowerCase();
  const quote = source.charAt(quoteAt);
  const delimiter = source.startsWith(quote.repeat(3), quoteAt) ? quote.repeat(3) : quote;
  const bodyAt = quoteAt + delimiter.length;
  const isRaw = prefix.includes('r');
  const bodyEnd = endOfBody(source, bodyAt, delimiter, isRaw);
  const end = bodyEnd + delimiter.length;
  const isBytes = prefix.includes('b');
  if (isRaw) {
    const text = source.slice(bodyAt, bodyEnd);
    return { value: isBytes ? encodeUtf8(text) : text, end };
  }
  const value = isBytes
    ? bytesOf(source, bodyAt, bodyEnd)
    : [...pieces(source, bodyAt, bodyEnd)].map((piece) => textOf(piece)).join('');
  return { value, end };
}

/** Where the closing delimiter stands. */
function endOfBody(source: string, bodyAt: number, delimiter: string, isRaw: boolean): number {
  for (let at = bodyAt; at < source.length; at++) {
    if (source.startsWith(delimiter, at)) return at;
    const character = source.charAt(at);
    if (character === '\\' && !isRaw) at++;
    else if ((character === '\n' || character === '\r') && delimiter.length === 1) break;
  }
  throw new SyntaxProblem('a string that does not end', bodyAt - delimiter.length);
}

/** What stands between the quotes: text as it is, or what an escape sequence means. */
type Piece =
  | { readonly kind: 'text'; readonly text: string }
  /** By its octal or `\x` number: a code point in a string, a byte in bytes. */
  | { readonly kind: 'octet'; readonly value: number }
  | { readonly kind: 'codePoint'; readonly value: number };

function textOf(piece: Piece): string {
  return piece.kind === 'text' ? piece.text : String.fromCodePoint(piece.value);
}

function bytesOf(source: string, from: number, to: number): Uint8Array {
  const bytes: number[] = [];
  for (const piece of pieces(source, from, to)) {
    if (piece.kind === 'octet') bytes.push(piece.value);
    else for (const byte of encodeUtf8(textOf(piece))) bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}

const plainText = /[^\\]+/y;
const escape =
  /\\(?:(?<plain>[abfnrtv\\?"'`])|[xX](?<hex>[0-9a-fA-F]{2})|u(?<short>[0-9a-fA-F]{4})|U(?<long>[0-9a-fA-F]{8})|(?<octal>[0-3][0-7]{2}))/y;

const plainEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function* pieces(source: string, from: number, to: number): Iterable<Piece> {
  for (let at = from; at < to;) {
    plainText.lastIndex = at;
    if (plainText.test(source)) {
      const end = Math.min(plainText.lastIndex, to);
      yield { kind: 'text', text: source.slice(at, end) };
      at = end;
      continue;
    }
    escape.lastIndex = at;
    const groups = escape.exec(source)?.groups;
    if (groups === undefined) {
      throw new SyntaxProblem(`${source.slice(at, at + 2)} is no escape sequence`, at);
    }
    yield escapedPiece(groups, at);
    at = escape.lastIndex;
  }
}

function escapedPiece(groups: Readonly<Record<string, string | undefined>>, at: number): Piece {
  const { plain, hex, short, long, octal } = groups;
  if (plain !== undefined) return { kind: 'text', text: plainEscapes[plain] ?? plain };
  if (hex !== undefined) return { kind: 'octet', value: Number.parseInt(hex, 16) };
  if (octal !== undefined) return { kind: 'octet', value: Number.parseInt(octal, 8) };
  const value = Number.parseInt(short ?? long ?? '', 16);
  if (value > 0x10_ffff || (value >= 0xd800 && value < 0xe000)) {
    throw new SyntaxProblem('there is no such code point', at);
  }
  return { kind: 'codePoint', value };
}
