import { createStore } from './store.ts';

/** What whoever looks has chosen, kept by the browser. */
export interface Preferences {
  readonly theme: 'system' | 'light' | 'dark';
  /** `local`, `UTC` or an IANA name. */
  readonly zone: string;
  /** Whether nothing in the picture moves. */
  readonly still: boolean;
}

const storageKey = 'odradek-console';

/** Changed with {@link setPreference} only. */
export const preferences = createStore<Preferences>(read());

function read(): Preferences {
  const defaults: Preferences = { theme: 'system', zone: 'local', still: false };
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    return typeof kept === 'object' && kept !== null ? { ...defaults, ...kept } : defaults;
  } catch {
    return defaults;
  }
}

/** Sets one of them and keeps it. */
export function setPreference<K extends keyof Preferences>(name: K, value: Preferences[K]): void {
  const next = { ...preferences.get(), [name]: value };
  preferences.set(next);
  applyTheme();
  try {
    localStorage.setItem(storageKey, JSON.stringify(next));
  } catch {
    // A browser that keeps nothing still shows what was chosen until the page is closed.
  }
}

/** Has the page drawn as chosen; to be called before it is drawn first. */
export function applyTheme(): void {
  const { theme } = preferences.get();
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}
