import type { Session } from '../../../src/admin/contract/session.ts';
import { createStore } from './store.ts';

/** Who looks; null until the broker said so. */
export const session = createStore<Session | null>(null);

/** What was answered to `GET /api/session`. */
export function sessionCame(answer: Session): void {
  session.set(answer);
}

/** To be called when a request was answered with 401: the page asks for the password again. */
export function signedOut(): void {
  const before = session.get();
  if (before !== null && !before.needsSignIn) session.set({ ...before, needsSignIn: true });
}

/** Whether things can be changed here; controls that change something are left out otherwise. */
export function mayChange(current: Session | null): boolean {
  return current?.mode === 'full';
}
