import { useEffect } from 'preact/hooks';
import type { Picture } from '../../../src/admin/contract/picture.ts';
import { sawBroker } from './connection.ts';
import { openStream } from './event-stream.ts';
import { createStore } from './store.ts';
import { useStore } from './use-store.ts';

/** The cluster now; null until the first came. */
export const livePicture = createStore<Picture | null>(null);

/** Names of topics and groups that must be in the picture, each with how many views ask for it. */
const wanted = { topics: new Map<string, number>(), groups: new Map<string, number>() };
let watchers = 0;
let close: (() => void) | undefined;
let openPath = '';
let planned = false;

/** What must be among those shown. */
export interface Wanted {
  readonly topic?: string | undefined;
  readonly group?: string | undefined;
}

/** The living picture, one stream for the whole page, however many look at it. */
export function useLive({ topic, group }: Wanted = {}): Picture | null {
  useEffect(() => {
    watchers += 1;
    count(wanted.topics, topic, 1);
    count(wanted.groups, group, 1);
    planOpening();
    return () => {
      watchers -= 1;
      count(wanted.topics, topic, -1);
      count(wanted.groups, group, -1);
      planOpening();
    };
  }, [topic, group]);
  return useStore(livePicture);
}

function count(names: Map<string, number>, name: string | undefined, change: number): void {
  if (name === undefined) return;
  const next = (names.get(name) ?? 0) + change;
  if (next === 0) names.delete(name);
  else names.set(name, next);
}

/** Views come and go together when the page turns; the stream is opened once for all of them. */
function planOpening(): void {
  if (planned) return;
  planned = true;
  queueMicrotask(() => {
    planned = false;
    openAsWanted();
  });
}

function openAsWanted(): void {
  const path = watchers === 0 || document.hidden ? '' : livePath();
  if (path === openPath) return;
  close?.();
  close = undefined;
  openPath = path;
  if (path === '') return;
  close = openStream(
    path,
    {
      onEvent({ name, data }) {
        if (name !== 'picture') return;
        sawBroker();
        livePicture.set(JSON.parse(data) as Picture);
      },
      onEnd() {
        openPath = '';
      },
    },
    { reconnect: true },
  );
}

function livePath(): string {
  const query = new URLSearchParams();
  if (wanted.topics.size > 0) query.set('topics', [...wanted.topics.keys()].toSorted().join(','));
  if (wanted.groups.size > 0) query.set('groups', [...wanted.groups.keys()].toSorted().join(','));
  const text = query.toString();
  return text === '' ? 'api/live' : `api/live?${text}`;
}

/** To be called once: nobody looks at a hidden page, and a password that was given opens the stream again. */
export function watchVisibility(): void {
  document.addEventListener('visibilitychange', planOpening);
}

/** Opens the stream again after signing in. */
export function reopenLive(): void {
  close?.();
  openPath = '';
  planOpening();
}
