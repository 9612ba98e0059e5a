/** A line of bytes as people have read them since there are terminals. */
export interface HexRow {
  /** Of its first byte, in hexadecimal. */
  readonly offset: string;
  /** In two groups of eight, padded to the width of a full row. */
  readonly hex: string;
  /** Printable ASCII, and a dot for each other byte. */
  readonly text: string;
}

/** Bytes in a row. */
export const hexRowBytes = 16;

/** The rows `[from, to)` of `bytes`, for a window on a long payload. */
export function hexRows(bytes: Uint8Array, from = 0, to = hexRowCount(bytes)): readonly HexRow[] {
  const digits = Math.max(4, (bytes.length - 1).toString(16).length);
  const rows: HexRow[] = [];
  for (let row = from; row < Math.min(to, hexRowCount(bytes)); row += 1) {
    const start = row * hexRowBytes;
    const slice = bytes.subarray(start, start + hexRowBytes);
    rows.push({
      offset: start.toString(16).padStart(digits, '0'),
      hex: hexOf(slice),
      text: Array.from(slice, shownByte).join(''),
    });
  }
  return rows;
}

/** How many rows `bytes` take. */
export function hexRowCount(bytes: Uint8Array): number {
  return Math.ceil(bytes.length / hexRowBytes);
}

/** The rows as text, to be copied. */
export function hexDump(bytes: Uint8Array): string {
  return hexRows(bytes)
    .map(({ offset, hex, text }) => `${offset}  ${hex}  |${text}|`)
    .join('\n');
}

function hexOf(bytes: Uint8Array): string {
  let hex = '';
  for (let index = 0; index < hexRowBytes; index += 1) {
    if (index > 0) hex += index === hexRowBytes / 2 ? '  ' : ' ';
    hex += bytes[index]?.toString(16).padStart(2, '0') ?? '  ';
  }
  return hex;
}

function shownByte(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.';
}
