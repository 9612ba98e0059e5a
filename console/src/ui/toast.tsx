import type { ComponentChildren } from 'preact';
import { createStore } from '../data/store.ts';
import { useStore } from '../data/use-store.ts';
import { Button } from './button.tsx';

interface Toast {
  readonly id: number;
  readonly tone: 'good' | 'bad';
  readonly text: string;
}

const toasts = createStore<readonly Toast[]>([]);
const shownMs = 6000;
let lastId = 0;

/** Says in passing what came of something. What must be read stands in the view instead. */
export function toast(text: string, tone: Toast['tone'] = 'good'): void {
  lastId += 1;
  const id = lastId;
  toasts.set([...toasts.get().slice(-3), { id, tone, text }]);
  if (tone === 'good') setTimeout(() => dismiss(id), shownMs);
}

function dismiss(id: number): void {
  toasts.set(toasts.get().filter((one) => one.id !== id));
}

/** Where they are shown; a live region that is always there, so that they are read out. */
export function Toasts(): ComponentChildren {
  return (
    <div class="toasts" role="status">
      {useStore(toasts).map(({ id, tone, text }) => (
        <div key={id} class={`toast ${tone}`}>
          <div>{text}</div>
          <Button kind="quiet" small icon="close" label="Dismiss" onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
