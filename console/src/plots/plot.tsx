import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type UPlot from 'uplot';
import { preferences } from '../data/preferences.ts';
import { useStore } from '../data/use-store.ts';
import { plotData, plotOptions } from './plot-options.ts';
import { figureText, lastOf, panelText, type Panel } from './units.ts';

/** Figures of one unit over time. */
export function Plot({
  panel,
  timesMs,
  rangeMs,
}: {
  readonly panel: Panel;
  readonly timesMs: readonly number[];
  /** What the plot is wide, whether or not figures are that old. */
  readonly rangeMs: readonly [fromMs: number, toMs: number];
}): ComponentChildren {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const latest = useRef({ panel, timesMs, rangeMs });
  latest.current = { panel, timesMs, rangeMs };
  const { theme, zone } = useStore(preferences);
  const names = panel.series.map(({ name }) => name).join(' ');

  useEffect(() => {
    const stop = new AbortController();
    void makePlot(frame, latest, zone, stop.signal).then((made) => {
      plot.current = made;
    });
    return () => {
      stop.abort();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [theme, zone, names]);
  useEffect(() => {
    plot.current?.setData(plotData(panel, timesMs));
  }, [panel, timesMs]);

  return (
    <figure class="plot card">
      <figcaption>
        <strong>{panel.title}</strong>
        {panel.series.map(({ name, values }, index) => (
          <span key={name} class={`plot-key series-${index % 4}`}>
            {name} <b>{figureText(lastOf(values), panel.unit)}</b>
          </span>
        ))}
      </figcaption>
      <div ref={frame} class="plot-frame" role="img" aria-label={panelText(panel)} />
    </figure>
  );
}

/** What is drawn now. */
interface Shown {
  readonly panel: Panel;
  readonly timesMs: readonly number[];
  readonly rangeMs: readonly [number, number];
}

/** uPlot comes when the first plot does; who looks at none does not wait for it. */
async function makePlot(
  frame: { readonly current: HTMLDivElement | null },
  latest: { readonly current: Shown },
  zone: string,
  signal: AbortSignal,
): Promise<UPlot | null> {
  const [{ default: Plotter }] = await Promise.all([
    import('uplot'),
    import('uplot/dist/uPlot.min.css'),
  ]);
  const element = frame.current;
  if (element === null || signal.aborted) return null;
  const { panel, timesMs } = latest.current;
  const options = plotOptions(Plotter, panel, element, {
    zone,
    rangeMs: () => latest.current.rangeMs,
  });
  const plot = new Plotter(options, plotData(panel, timesMs), element);
  const observer = new ResizeObserver(() => {
    plot.setSize({ width: element.clientWidth, height: options.height });
  });
  observer.observe(element);
  signal.addEventListener('abort', () => observer.disconnect());
  return plot;
}
