import type { Picture } from '../contract/picture.ts';
import { events, type EventStream } from '../http/answer.ts';
import type { Route } from '../http/route.ts';
import type { ClusterWatch } from '../picture/cluster-watch.ts';
import type { View } from '../picture/picture.ts';

/** Names that one who looks may ask for; more are not among those shown by all means. */
const namesMax = 100;

/** `GET /api/live`: the cluster as a living picture. */
export const liveRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/live',
    access: 'read',
    handle: ({ query }, { watch }) => {
      const view = { topics: namesIn(query, 'topics'), groups: namesIn(query, 'groups') };
      return events((stream) => show(stream, view, watch));
    },
  },
];

/** The names of a parameter, which may stand several times, parted by commas (which no topic has in its name). */
function namesIn(query: URLSearchParams, name: string): ReadonlySet<string> {
  const names = query.getAll(name).flatMap((text) => text.split(','));
  return new Set(names.filter((one) => one !== '').slice(0, namesMax));
}

/** Shows the cluster until the client has gone. Who reads slowly is shown the newest picture, not each. */
async function show(stream: EventStream, view: View, watch: ClusterWatch): Promise<void> {
  await stream.open();
  let newest: Picture | undefined;
  let wake = (): void => {};
  const stop = watch.watch(view, (picture) => {
    newest = picture;
    wake();
  });
  const onAbort = (): void => wake();
  stream.signal.addEventListener('abort', onAbort);
  try {
    while (!stream.signal.aborted) {
      if (newest === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const picture = newest;
      newest = undefined;
      await stream.send('picture', picture);
    }
  } finally {
    stream.signal.removeEventListener('abort', onAbort);
    stop();
  }
}
