import type UPlot from 'uplot';
import { timeParts } from '../ui/time-format.ts';
import { figureText, type Panel } from './units.ts';

/** What one of several lines is drawn in; the classes `series-N` of the keys are the same. */
const lineColours = ['--accent', '--line-2', '--warn', '--info'];
const plotHeight = 170;
/** Bytes are told in powers of 1024, whose halves and quarters are round where decimal steps are not. */
const powersOfTwo = Array.from({ length: 52 }, (_, exponent) => 2 ** exponent);

/** The figures as uPlot takes them. */
export function plotData({ series }: Panel, timesMs: readonly number[]): UPlot.AlignedData {
  const seconds = timesMs.map((ms) => ms / 1000);
  return [seconds, ...series.map(({ values }) => [...values])];
}

/** How times are told, and which are in view. */
export interface PlotOptions {
  readonly zone: string;
  readonly rangeMs: () => readonly [number, number];
}

function secondsOf([fromMs, toMs]: readonly [number, number]): [number, number] {
  return [fromMs / 1000, toMs / 1000];
}

function isSparse(values: ArrayLike<unknown> | undefined): boolean {
  return Array.from(values ?? []).filter((value) => value !== null).length < 4;
}

/** How a panel is drawn, in the colours that the page has now. */
export function plotOptions(
  Plotter: typeof UPlot,
  { series, unit }: Panel,
  element: HTMLElement,
  { zone, rangeMs }: PlotOptions,
): UPlot.Options {
  const colourOf = colourReader(element);
  const axis = {
    stroke: colourOf('--text-3'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: colourOf('--border'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: plotHeight,
    padding: [8, 20, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: 'odradek' }, drag: { x: false, y: false }, points: { size: 6 } },
    ...(zone === 'local'
      ? {}
      : { tzDate: (seconds: number) => Plotter.tzDate(new Date(seconds * 1000), zone) }),
    scales: {
      x: { range: () => secondsOf(rangeMs()) },
      y: { range: (_, __, most) => [0, most > 0 ? most * 1.12 : 1] },
    },
    axes: [
      {
        ...axis,
        size: 28,
        values: (_, splits) => splits.map((at) => timeParts(at * 1000, zone).time.slice(0, 5)),
      },
      {
        ...axis,
        size: 76,
        ...(unit.startsWith('bytes') ? { incrs: powersOfTwo } : {}),
        values: (_, splits) => splits.map((value) => figureText(value, unit)),
      },
    ],
    series: [
      {},
      ...series.map(({ name }, index) => {
        const stroke = colourOf(lineColours[index % lineColours.length] ?? '--accent');
        return {
          label: name,
          stroke,
          width: 1.5,
          // A point without neighbours would not be seen as a line.
          points: { size: 4, show: (plot: UPlot, at: number) => isSparse(plot.data[at]) },
          ...(index === 0 ? { fill: faded(stroke) } : {}),
        };
      }),
    ],
  };
}

/** Custom properties with `light-dark()` become colours only when something is drawn in them. */
function colourReader(element: HTMLElement): (property: string) => string {
  return (property) => {
    const probe = document.createElement('span');
    probe.style.color = `var(${property})`;
    element.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
}

function faded(colour: string): string {
  return colour.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.1)');
}
