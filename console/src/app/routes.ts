/**
 * The views and their addresses. An address is the page's hash, `#/topics/orders/messages?from=last:50`, since the
 * broker answers with the page at `/` alone. Pure: the browser's part is in router.ts.
 */

/** The views with the names in their paths. */
export type Route =
  | { readonly view: 'home' }
  | { readonly view: 'topics' }
  | { readonly view: 'topic'; readonly topic: string; readonly tab: string }
  | { readonly view: 'groups' }
  | { readonly view: 'group'; readonly group: string; readonly tab: string }
  | { readonly view: 'brokers' }
  | { readonly view: 'broker'; readonly broker: string }
  | { readonly view: 'why' }
  | { readonly view: 'settings' }
  | { readonly view: 'unknown'; readonly path: string };

/** An address, read. */
export interface Location {
  readonly route: Route;
  readonly query: URLSearchParams;
}

/** Reads a hash (with or without its `#`). */
export function parseHash(hash: string): Location {
  const text = hash.replace(/^#/, '');
  const mark = text.indexOf('?');
  const path = mark === -1 ? text : text.slice(0, mark);
  const query = new URLSearchParams(mark === -1 ? '' : text.slice(mark + 1));
  return { route: routeOf(path), query };
}

function routeOf(path: string): Route {
  const [view = '', name, tab = ''] = path.split('/').filter(Boolean).map(decode);
  switch (view) {
    case '':
      return { view: 'home' };
    case 'topics':
      return name === undefined ? { view: 'topics' } : { view: 'topic', topic: name, tab };
    case 'groups':
      return name === undefined ? { view: 'groups' } : { view: 'group', group: name, tab };
    case 'brokers':
      return name === undefined ? { view: 'brokers' } : { view: 'broker', broker: name };
    case 'why':
      return { view: 'why' };
    case 'settings':
      return { view: 'settings' };
    default:
      return { view: 'unknown', path };
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** What may stand in a query; what is undefined or empty is left out. */
export type QueryValues = Readonly<Record<string, string | number | boolean | undefined>>;

/** The address of a view, for `href`. */
export function hrefOf(route: Route, query: QueryValues | URLSearchParams = {}): string {
  const entries = query instanceof URLSearchParams ? [...query] : Object.entries(query);
  const kept = new URLSearchParams();
  for (const [name, value] of entries) {
    if (value !== undefined && value !== '') kept.append(name, String(value));
  }
  // What need not be escaped in a hash reads better as it is.
  const text = kept.toString().replaceAll('%3A', ':').replaceAll('%2C', ',');
  return `#${pathOf(route)}${text === '' ? '' : `?${text}`}`;
}

function pathOf(route: Route): string {
  switch (route.view) {
    case 'home':
      return '/';
    case 'topic':
      return pathWith('topics', route.topic, route.tab);
    case 'group':
      return pathWith('groups', route.group, route.tab);
    case 'broker':
      return pathWith('brokers', route.broker, '');
    case 'unknown':
      return route.path;
    default:
      return `/${route.view}`;
  }
}

function pathWith(view: string, name: string, tab: string): string {
  const path = `/${view}/${encodeURIComponent(name)}`;
  return tab === '' ? path : `${path}/${tab}`;
}
