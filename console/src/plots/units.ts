/** How the figures of plots are written, and plots told in words. Pure. */
import type { History } from '../../../src/admin/contract/picture.ts';
import { bytes, bytesPerSecond, duration, perSecond, short } from '../ui/figures.ts';

/** A figure over time, as the server has it. */
export type Series = History['series'][number];
/** What a figure counts. */
export type Unit = Series['unit'];

/** A figure of that unit. */
export function figureText(value: number | null, unit: Unit): string {
  switch (unit) {
    case 'bytes/s':
      return bytesPerSecond(value);
    case 'messages/s':
    case 'requests/s':
      return perSecond(value);
    case 'ms':
      return duration(value);
    case 'seconds':
      return duration(value === null ? null : value * 1000);
    case 'bytes':
      return bytes(value);
    case 'messages':
      return short(value);
  }
}

const titles: Readonly<Record<Unit, string>> = {
  'bytes/s': 'Throughput',
  'messages/s': 'Messages',
  'requests/s': 'Requests',
  ms: 'Latency',
  bytes: 'Size',
  messages: 'Lag in messages',
  seconds: 'Lag in time',
};

/** Figures that share an axis. */
export interface Panel {
  readonly title: string;
  readonly unit: Unit;
  readonly series: readonly Series[];
}

/** One panel for each unit, in the order in which units come. */
export function panelsOf(history: History): readonly Panel[] {
  const panels = new Map<Unit, Series[]>();
  for (const series of history.series) {
    const panel = panels.get(series.unit);
    if (panel === undefined) panels.set(series.unit, [series]);
    else panel.push(series);
  }
  return [...panels].map(([unit, series]) => ({ title: titles[unit], unit, series }));
}

/** The last value that is known; null where none is. */
export function lastOf(values: Series['values']): number | null {
  return values.findLast((value) => value !== null) ?? null;
}

/** What a plot shows, for those who do not see it. */
export function panelText({ title, unit, series }: Panel): string {
  const sentences = series.map(({ name, values }) => {
    const known = values.filter((value) => value !== null);
    if (known.length === 0) return `${name}: nothing is known`;
    const [least, most] = [Math.min(...known), Math.max(...known)];
    const words = [lastOf(values), least, most].map((value) => figureText(value, unit));
    return `${name}: ${words[0]} now, between ${words[1]} and ${words[2]}`;
  });
  return `${title}. ${sentences.join('. ')}.`;
}
