import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { History } from '../../../src/admin/contract/picture.ts';
import { useQuery } from '../app/router.ts';
import { useResource } from '../data/use-resource.ts';
import { Segmented } from '../ui/button.tsx';
import { ErrorNotice, Loading } from '../ui/empty.tsx';
import { Plot } from './plot.tsx';
import { panelsOf } from './units.ts';
import './plots.css';

const ranges = { '15m': 900_000, '1h': 3_600_000, '6h': 21_600_000, '24h': 86_400_000 } as const;
type Range = keyof typeof ranges;
/** Of an hour, the minutes of a broker that was just started would be a stroke at the edge. */
const rangeByDefault: Range = '15m';
const stepMs = 5000;

/**
 * Plots of `cluster`, `broker:ID`, `topic:NAME` or `group:ID`, as far back as the address says (`range=`); they move on
 * by themselves.
 */
export function HistoryPlots({ of }: { readonly of: string }): ComponentChildren {
  const [query, change] = useQuery();
  const asked = query.get('range') ?? '';
  const range: Range = asked in ranges ? (asked as Range) : rangeByDefault;
  const toMs = useSteps();
  const path = `api/history?${new URLSearchParams({
    of,
    fromMs: String(toMs - ranges[range]),
    toMs: String(toMs),
  })}`;
  const { data, error } = useResource<History>(path, { refreshMs: 60_000, keep: true });
  return (
    <section class="plots" aria-label="Over time">
      <div class="plots-head">
        <h2>Over time</h2>
        <Segmented
          label="How far back"
          value={range}
          choices={[
            { value: '15m', text: '15 min' },
            { value: '1h', text: '1 h' },
            { value: '6h', text: '6 h' },
            { value: '24h', text: '24 h' },
          ]}
          onChange={(next) => change({ range: next === rangeByDefault ? undefined : next })}
        />
      </div>
      {error !== undefined && <ErrorNotice error={error} />}
      {data === undefined && error === undefined && <Loading />}
      {data !== undefined && (
        <div class="plots-grid">
          {panelsOf(data).map((panel) => (
            <Plot
              key={panel.unit}
              panel={panel}
              timesMs={data.timesMs}
              rangeMs={[toMs - ranges[range], toMs]}
            />
          ))}
        </div>
      )}
    </section>
  );
}

/** Now, in steps in which points come. */
function useSteps(): number {
  const step = (): number => Math.floor(Date.now() / stepMs) * stepMs;
  const [now, setNow] = useState(step);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!document.hidden) setNow(step());
    }, stepMs);
    return () => clearInterval(timer);
  }, []);
  return now;
}
