/** Braille: each character is 2 by 4 dots, so that thin lines can be drawn with letters. */
const dotBits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

const characters = 40;

type Link = readonly [left: string, right: string];

/** Names on the left and on the right, and a line for each pair of `links`. */
export function drawLinks(
  left: readonly string[],
  right: readonly string[],
  links: readonly Link[],
): string {
  const canvas = new Canvas(left, right);
  for (const [from, to] of links) {
    canvas.line(0, canvas.rowOf(left, from), 1, canvas.rowOf(right, to));
  }
  return canvas.text();
}

/** The same names with something in the middle, which everybody has one line to. */
export function drawThrough(
  left: readonly string[],
  middle: string,
  right: readonly string[],
): string {
  const canvas = new Canvas(left, right);
  const half = (canvas.rows - 1) / 2;
  for (const name of left) canvas.line(0, canvas.rowOf(left, name), 0.5, half);
  for (const name of right) canvas.line(0.5, half, 1, canvas.rowOf(right, name));
  return canvas.text(`[ ${middle} ]`);
}

class Canvas {
  readonly rows: number;
  readonly #left: readonly string[];
  readonly #right: readonly string[];
  readonly #bits: number[][];

  constructor(left: readonly string[], right: readonly string[]) {
    this.rows = 2 * Math.max(left.length, right.length) - 1;
    this.#left = left;
    this.#right = right;
    this.#bits = Array.from({ length: this.rows }, () =>
      Array.from({ length: characters }, () => 0),
    );
  }

  /** The row that a name stands in: they are spread evenly. */
  rowOf(names: readonly string[], name: string): number {
    const step = (this.rows - 1) / Math.max(1, names.length - 1);
    return Math.round(names.indexOf(name) * step);
  }

  /** A line between two points, whose x goes from 0 to 1 and whose y is a row. */
  line(fromX: number, fromRow: number, toX: number, toRow: number): void {
    const dots = 2 * characters;
    for (let x = Math.round(fromX * dots); x < toX * dots; x++) {
      const row = fromRow + (toRow - fromRow) * ((x / dots - fromX) / (toX - fromX));
      const y = Math.round(4 * row + 1);
      const bits = this.#bits[y >> 2];
      const at = x >> 1;
      if (bits !== undefined) bits[at] = (bits[at] ?? 0) | (dotBits[y & 3]?.[x & 1] ?? 0);
    }
  }

  text(middle = ''): string {
    const width = Math.max(...this.#left.map((name) => name.length));
    const lines = this.#bits.map((row, at) => {
      const name = this.#left.find((one) => this.rowOf(this.#left, one) === at) ?? '';
      const other = this.#right.find((one) => this.rowOf(this.#right, one) === at) ?? '';
      let drawn = row.map((bit) => (bit === 0 ? ' ' : String.fromCodePoint(0x2800 + bit))).join('');
      if (middle !== '' && at === (this.rows - 1) / 2) {
        const start = Math.floor((characters - middle.length) / 2);
        drawn = drawn.slice(0, start) + middle + drawn.slice(start + middle.length);
      }
      return `   ${name.padStart(width)} ${drawn} ${other}`.trimEnd();
    });
    return lines.join('\n');
  }
}
