import { concatenated } from './bytes.ts';
import { OdradekError } from './odradek-error.ts';

const lineFeed = 10;
/** No record can be near this; a longer line is a file that has no lines. */
const lineBytesMaxUsual = 256 * 1024 * 1024;

/**
 * The lines in `chunks` without their line feeds, those that came together as one array, so that a large
 * input costs one turn a chunk and not one a line. Bytes are left as they are: a carriage return stays. The
 * last line needs no line feed. The lines are views of the chunks. Throws `INVALID_ARGUMENT` for a line that is longer
 * than `lineBytesMax`, before it fills the memory.
 */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  lineBytesMax = lineBytesMaxUsual,
): AsyncGenerator<readonly Uint8Array[], void> {
  let unfinished: Uint8Array[] = [];
  let unfinishedBytes = 0;
  for await (const chunk of chunks) {
    const lines: Uint8Array[] = [];
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      const piece = chunk.subarray(start, end);
      lines.push(unfinished.length === 0 ? piece : concatenated([...unfinished, piece]));
      if (unfinished.length > 0) [unfinished, unfinishedBytes] = [[], 0];
      start = end + 1;
    }
    if (start < chunk.length) {
      unfinished.push(chunk.subarray(start));
      unfinishedBytes += chunk.length - start;
    }
    if (lines.length > 0) yield lines;
    // Those before it are lines all the same.
    if (unfinishedBytes > lineBytesMax) throw endlessLine(lineBytesMax);
  }
  if (unfinished.length > 0) yield [concatenated(unfinished)];
}

function endlessLine(lineBytesMax: number): OdradekError {
  const expected = `lines of at most ${lineBytesMax} bytes`;
  return new OdradekError(`The input has a line without an end; expected ${expected}.`, {
    code: 'INVALID_ARGUMENT',
    argument: 'input',
    expected,
  });
}

/** Where `separator` begins in `line`, or -1. */
export function indexOfBytes(line: Uint8Array, separator: Uint8Array): number {
  const first = separator[0];
  if (first === undefined) return -1;
  const last = line.length - separator.length;
  for (let at = line.indexOf(first); at !== -1 && at <= last; at = line.indexOf(first, at + 1)) {
    if (separator.every((byte, index) => line[at + index] === byte)) return at;
  }
  return -1;
}
