/** A value that many look at. */
export interface Store<T> {
  get(): T;
  set(next: T): void;
  /** Calls `listener` after each change until what it answers is called. */
  subscribe(listener: () => void): () => void;
}

/** A store that holds `value` at first. Setting the same value again tells nobody. */
export function createStore<T>(value: T): Store<T> {
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of Array.from(listeners)) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
