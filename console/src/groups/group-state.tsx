import type { ComponentChildren } from 'preact';
import type { GroupFigures } from '../../../src/admin/contract/picture.ts';
import { Badge, type Tone } from '../ui/badge.tsx';
import { duration } from '../ui/figures.ts';

/** The state of a group in Kafka's word, in a colour that says whether it is well. */
export function GroupState({ state }: { readonly state: string }): ComponentChildren {
  return (
    <Badge tone={toneOf(state)} dot={state !== 'Empty'}>
      {state}
    </Badge>
  );
}

function toneOf(state: string): Tone {
  if (state === 'Stable') return 'good';
  if (state === 'Dead') return 'bad';
  return state === 'Empty' ? 'plain' : 'warn';
}

const trends = {
  growing: { mark: '↗', text: 'growing' },
  shrinking: { mark: '↘', text: 'shrinking' },
  steady: { mark: '', text: 'steady' },
  unknown: { mark: '', text: '' },
} as const;

/** Whether the lag grows or shrinks. */
export function Trend({ trend }: { readonly trend: GroupFigures['trend'] }): ComponentChildren {
  const { mark, text } = trends[trend];
  if (mark === '') return null;
  return (
    <span class={`trend ${trend}`} title={`The lag is ${text}`}>
      <span aria-hidden="true">{mark}</span>
      <span class="visually-hidden">{text}</span>
    </span>
  );
}

/** How long ago the oldest record was written that was not read. */
export function Behind({ seconds }: { readonly seconds: number | null }): ComponentChildren {
  if (seconds === null || seconds === 0) {
    return <span class="faint">{seconds === null ? '–' : '0 s'}</span>;
  }
  return <>{duration(seconds * 1000)}</>;
}
