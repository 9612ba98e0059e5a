import { useCallback } from 'preact/hooks';
import { createStore } from '../data/store.ts';
import { useStore } from '../data/use-store.ts';
import { createAddressWriter } from './address-writer.ts';
import { hrefOf, parseHash, type Location, type QueryValues, type Route } from './routes.ts';

const location = createStore<Location>(parseHash(window.location.hash));

const writer = createAddressWriter({
  write: (href) => window.history.replaceState(null, '', href),
  later: (act, ms) => setTimeout(act, ms),
});

window.addEventListener('hashchange', () => {
  writer.forget();
  location.set(parseHash(window.location.hash));
});

/** The view that is shown, drawn again when it changes. */
export function useLocation(): Location {
  return useStore(location);
}

/** Goes to a view; with `replace` the one before is not gone back to. */
export function navigate(href: string, { replace = false }: { replace?: boolean } = {}): void {
  if (href === (writer.pending ?? (window.location.hash || '#/'))) return;
  if (replace) {
    location.set(parseHash(href));
    writer.replace(href);
    return;
  }
  writer.settle();
  window.location.hash = href;
}

/**
 * The query of the address, and how to change some of it: what is undefined or empty goes out. Filters and
 * selections live there, so that they can be shared. Replaces the address unless `push` is set.
 */
export function useQuery(): readonly [
  URLSearchParams,
  (changes: QueryValues, options?: { push?: boolean }) => void,
] {
  const { query } = useLocation();
  const change = useCallback((changes: QueryValues, { push = false } = {}) => {
    const now = location.get();
    const next = new URLSearchParams(now.query);
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined || value === '') next.delete(name);
      else next.set(name, String(value));
    }
    navigate(hrefOf(now.route, next), { replace: !push });
  }, []);
  return [query, change];
}

/** Goes to a view. */
export function goTo(route: Route, query: QueryValues = {}): void {
  navigate(hrefOf(route, query));
}
