import { useEffect, useState } from 'preact/hooks';
import type { Store } from './store.ts';

/** What `store` holds now, drawn again after each change. */
export function useStore<T>(store: Store<T>): T {
  const [, redraw] = useState(0);
  useEffect(() => {
    const seen = store.get();
    const unsubscribe = store.subscribe(() => redraw((count) => count + 1));
    // It may have changed between the drawing and now.
    if (!Object.is(seen, store.get())) redraw((count) => count + 1);
    return unsubscribe;
  }, [store]);
  return store.get();
}
