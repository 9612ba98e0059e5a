import type { ComponentChildren } from 'preact';
import { preferences } from '../data/preferences.ts';
import { useStore } from '../data/use-store.ts';
import { timeParts } from './time-format.ts';

/** A time with milliseconds in the chosen zone; without the date where it is today's and `short` is set. */
export function Time({
  ms,
  short = false,
}: {
  readonly ms: number | null;
  readonly short?: boolean;
}): ComponentChildren {
  const { zone } = useStore(preferences);
  if (ms === null || ms < 0) return <span class="faint">–</span>;
  // A record may say any 64 bits; beyond the year 275760 there is no date for them.
  if (ms > 8.64e15) return <span>{ms} ms</span>;
  const { date, time } = timeParts(ms, zone);
  const today = timeParts(Date.now(), zone).date;
  const zoneName = zone === 'local' ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
  return (
    <time dateTime={new Date(ms).toISOString()} title={`${date} ${time} ${zoneName}`}>
      {short && date === today ? time : `${date} ${time}`}
    </time>
  );
}
