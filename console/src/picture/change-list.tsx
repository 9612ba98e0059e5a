import type { ComponentChildren } from 'preact';
import { Time } from '../ui/time.tsx';
import type { Change } from './changes.ts';

const shownMax = 20;

/** What happened while one looked, the newest first. */
export function ChangeList({
  changes,
}: {
  readonly changes: readonly Change[];
}): ComponentChildren {
  return (
    <section aria-label="What happened">
      <h2>What happened</h2>
      <div class="changes" role="log" tabIndex={0} aria-label="What happened">
        <ol>
          {changes.length === 0 && <li class="faint">Nothing since you opened this page.</li>}
          {changes.slice(0, shownMax).map(({ atMs, tone, text }) => (
            <li key={`${atMs} ${text}`}>
              <Time ms={atMs} short />
              <span class={tone}>{text}</span>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}
