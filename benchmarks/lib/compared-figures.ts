import { median } from './figures.ts';

/** What is smaller is better where a figure's name ends so. */
const smallerIsBetter = /ms(?: a record)?$/;

/** Figures of two sides that were measured in turns. */
export class ComparedFigures {
  readonly #goals: ReadonlyMap<string, string>;
  /** By figure, then by side: one number a round. */
  readonly #figures = new Map<string, Map<string, number[]>>();

  /** `goals` of the first side, by figure, where it is another than to be ahead of the second. */
  constructor(goals: ReadonlyMap<string, string>) {
    this.#goals = goals;
  }

  add(figure: string, side: string, value: number): void {
    const sides = this.#figures.get(figure) ?? new Map<string, number[]>();
    this.#figures.set(figure, sides);
    const values = sides.get(side) ?? [];
    sides.set(side, values);
    values.push(value);
    console.log(`${side} ${figure}: ${shown(value)}`);
  }

  /**
   * Prints a table in Markdown: the median of each side, and, where there are two, the median of the rounds' ratios
   * with the least and the greatest; and the goal. A ratio above 1 says that the first side is ahead.
   */
  print(): void {
    const sides = [...new Set([...this.#figures.values()].flatMap((figure) => [...figure.keys()]))];
    const [first = '', second] = sides;
    const compared = second === undefined ? [first] : [first, second, 'ratio (least to greatest)'];
    const heads = [...compared, 'goal'];
    console.log(`| | ${heads.join(' | ')} |`);
    console.log(`| --- |${' --- |'.repeat(heads.length)}`);
    for (const [name, figure] of this.#figures) {
      const ours = figure.get(first) ?? [];
      const cells = [shown(median(ours))];
      if (second !== undefined) {
        const theirs = figure.get(second) ?? [];
        cells.push(theirs.length > 0 ? shown(median(theirs)) : '');
        cells.push(theirs.length > 0 ? ratios(name, ours, theirs) : '');
      }
      cells.push(this.#goals.get(name) ?? (figure.size > 1 ? 'ahead' : ''));
      console.log(`| ${name} | ${cells.join(' | ')} |`);
    }
  }
}

function ratios(name: string, ours: readonly number[], theirs: readonly number[]): string {
  const each = ours.map((value, round) => {
    const other = theirs[round] ?? Number.NaN;
    return smallerIsBetter.test(name) ? other / value : value / other;
  });
  return `${shown(median(each))} (${shown(Math.min(...each))} to ${shown(Math.max(...each))})`;
}

/** Three digits that say something. */
function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
