/** Strings as CEL sees them: sequences of code points, where JavaScript has UTF-16. */

const fatalUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const utf8 = new TextEncoder();

/** What a decoder puts in the place of bytes that are no UTF-8; it may be meant. */
const replacement = '\ufffd';

/** The text in `[from, to)` of `bytes`, or undefined where they are not UTF-8. A byte order mark stays. */
export function decodeUtf8(
  bytes: Uint8Array,
  from = 0,
  to: number = bytes.length,
): string | undefined {
  // A Buffer decodes a part without an object for it.
  if (bytes instanceof Buffer) {
    const text = bytes.toString('utf8', from, to);
    if (!text.includes(replacement)) return text;
  }
  try {
    return fatalUtf8.decode(bytes.subarray(from, to));
  } catch {
    return undefined;
  }
}

/** The UTF-8 of `text`. */
export function encodeUtf8(text: string): Uint8Array {
  return utf8.encode(text);
}

/** How many code points `text` has. */
export function codePointCount(text: string): number {
  let count = text.length;
  for (let i = 0; i + 1 < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800) {
      count--;
      i++;
    }
  }
  return count;
}

/** Less than, equal to or more than 0, by code points. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const [a, b] = [left.charCodeAt(i), right.charCodeAt(i)];
    if (a === b) continue;
    // In UTF-16, what is beyond U+FFFF comes before U+E000.
    return byCodePoint(a) - byCodePoint(b);
  }
  return left.length - right.length;
}

function byCodePoint(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x1_0000 : unit;
}

/** Less than, equal to or more than 0, byte by byte. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const difference = (left[i] as number) - (right[i] as number);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
