import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Session } from '../../../src/admin/contract/session.ts';
import { apiGet } from '../data/api.ts';
import { connection } from '../data/connection.ts';
import { reopenLive, watchVisibility } from '../data/live.ts';
import { applyTheme } from '../data/preferences.ts';
import { session, sessionCame } from '../data/session.ts';
import { useStore } from '../data/use-store.ts';
import { Toasts } from '../ui/toast.tsx';
import { Boundary } from './boundary.tsx';
import { ConnectionNotice } from './connection-notice.tsx';
import { useLocation } from './router.ts';
import type { Route } from './routes.ts';
import { Side } from './side.tsx';
import { SignIn } from './sign-in.tsx';
import { View } from './view.tsx';

applyTheme();
watchVisibility();

/** Asked beside the first figures, not before them. */
async function askSession(): Promise<void> {
  sessionCame(await apiGet<Session>('api/session'));
}

/** The whole page. */
export function App(): ComponentChildren {
  const current = useStore(session);
  useAskingSession();
  if (current?.needsSignIn === true) {
    return (
      <SignIn
        onSignedIn={async () => {
          await askSession();
          reopenLive();
        }}
      />
    );
  }
  return <Shell />;
}

/** Asks who looks at first, and again when the broker is back: it may be another one, of another version. */
function useAskingSession(): void {
  const { up } = useStore(connection);
  useEffect(() => {
    if (up) askSession().catch(() => undefined); // the notice above the page says that nobody answers
  }, [up]);
}

function Shell(): ComponentChildren {
  const { route } = useLocation();
  const main = useRef<HTMLElement>(null);
  useFocusOnTurn(route, main);
  return (
    <div class="shell">
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        Skip to the page
      </a>
      <Side route={route} />
      <main ref={main} class="main" tabIndex={-1}>
        <ConnectionNotice />
        <Boundary key={route.view}>
          <View route={route} />
        </Boundary>
      </main>
      <Toasts />
    </div>
  );
}

/** Who turns the page by keyboard or hears it goes on at its beginning; tabs of one page do not count. */
function useFocusOnTurn(route: Route, main: { readonly current: HTMLElement | null }): void {
  const { tab: _, ...place } = { tab: '', ...route };
  const key = JSON.stringify(place);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) {
      main.current?.focus({ preventScroll: true });
      window.scrollTo(0, 0);
    }
    first.current = false;
  }, [key, main]);
}
