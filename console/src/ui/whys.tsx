import type { ComponentChildren } from 'preact';
import type { Why } from '../../../src/admin/contract/picture.ts';
import { Time } from './time.tsx';

/** What stands still, beside what it concerns: the sentence, what it was seen by, what can be done. */
export function Whys({ whys }: { readonly whys: readonly Why[] }): ComponentChildren {
  if (whys.length === 0) return null;
  return (
    <ul class="stack whys" aria-label="Why?">
      {whys.map((why) => (
        <li
          key={why.sentence}
          class={`notice ${why.severity === 'stopped' ? 'bad' : why.severity === 'behind' ? 'warn' : 'info'}`}
        >
          <strong>{why.sentence}</strong>
          {why.evidence.map((sentence) => (
            <span key={sentence} class="muted">
              {sentence}
            </span>
          ))}
          {why.remedy !== null && <span>{why.remedy}</span>}
          {why.sinceMs !== null && (
            <span class="faint">
              Since <Time ms={why.sinceMs} short />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
