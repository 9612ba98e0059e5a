import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Session } from '../../../src/admin/contract/session.ts';
import { toApiError } from '../data/api-error.ts';
import { apiSend } from '../data/api.ts';
import { useLive } from '../data/live.ts';
import { preferences, setPreference, type Preferences } from '../data/preferences.ts';
import { session } from '../data/session.ts';
import { useStore } from '../data/use-store.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';
import { Icon, Mark, type IconName } from '../ui/icons.tsx';
import { toast } from '../ui/toast.tsx';
import { QuickSwitcher } from './quick-switcher.tsx';
import { hrefOf, type Route } from './routes.ts';
import { zoneChoices } from './zones.ts';

const links: readonly {
  readonly view: 'home' | 'topics' | 'groups' | 'brokers' | 'why' | 'settings';
  readonly text: string;
  readonly icon: IconName;
  readonly alsoFor?: Route['view'];
}[] = [
  { view: 'home', text: 'Picture', icon: 'home' },
  { view: 'topics', text: 'Topics', icon: 'topics', alsoFor: 'topic' },
  { view: 'groups', text: 'Groups', icon: 'groups', alsoFor: 'group' },
  { view: 'brokers', text: 'Brokers', icon: 'brokers', alsoFor: 'broker' },
  { view: 'why', text: 'Why?', icon: 'why' },
  { view: 'settings', text: 'Settings', icon: 'settings' },
];

/** The side of the page: where one is, where one can go, what one looks at. */
export function Side({ route }: { readonly route: Route }): ComponentChildren {
  const [finding, setFinding] = useState(false);
  const [open, setOpen] = useState(false);
  useFinderKey(() => setFinding(true));
  return (
    <header class={open ? 'side open' : 'side'}>
      <a class="brand" href={hrefOf({ view: 'home' })}>
        <Mark /> Odradek
      </a>
      <button type="button" class="finder" onClick={() => setFinding(true)}>
        <Icon name="search" />
        <span>Go to…</span>
        <span class="spread" />
        <kbd>Ctrl K</kbd>
      </button>
      <div class="menu-button">
        <Button
          kind="quiet"
          icon="menu"
          label={open ? 'Hide options' : 'Show options'}
          onClick={() => setOpen(!open)}
        />
      </div>
      <nav class="nav" aria-label="Views">
        {links.map(({ view, text, icon, alsoFor }) => (
          <a
            key={view}
            class="nav-link"
            href={hrefOf({ view })}
            aria-current={route.view === view || route.view === alsoFor ? 'page' : undefined}
          >
            <Icon name={icon} />
            {text}
            {view === 'why' && <WhyCount />}
          </a>
        ))}
      </nav>
      <SideFoot />
      {finding && <QuickSwitcher onClose={() => setFinding(false)} />}
    </header>
  );
}

/** How much stands still, where one sees it from every view. */
function WhyCount(): ComponentChildren {
  const whys = useLive()?.whys ?? [];
  if (whys.length === 0) return null;
  const worst = whys.some(({ severity }) => severity === 'stopped') ? '' : ' at-risk';
  return (
    <span class={`nav-count${worst}`}>
      {whys.length}
      <span class="visually-hidden"> {whys.length === 1 ? 'thing' : 'things'} to look at</span>
    </span>
  );
}

function SideFoot(): ComponentChildren {
  const current = useStore(session);
  const { theme, zone } = useStore(preferences);
  return (
    <div class="side-foot">
      {current !== null && <Where session={current} />}
      <label>
        <span>Times in</span>
        <select
          class="input"
          value={zone}
          onChange={(event) => setPreference('zone', event.currentTarget.value)}
        >
          {zoneChoices(zone).map((choice) => (
            <option key={choice.value} value={choice.value}>
              {choice.text}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>Theme</span>
        <select
          class="input"
          value={theme}
          onChange={(event) =>
            setPreference('theme', event.currentTarget.value as Preferences['theme'])
          }
        >
          <option value="system">As the system</option>
          <option value="light">Light</option>
          <option value="dark">Dark</option>
        </select>
      </label>
    </div>
  );
}

function Where({
  session: { version, nodeId, mode, bootstrapServers, canSignOut },
}: {
  session: Session;
}): ComponentChildren {
  return (
    <div class="where">
      <div class="mono">{bootstrapServers}</div>
      <div>
        broker {nodeId} · Odradek {version}
      </div>
      {mode === 'read-only' && <Badge>read-only</Badge>}
      {canSignOut && (
        <Button kind="quiet" small onClick={() => void signOut()}>
          Sign out
        </Button>
      )}
    </div>
  );
}

/** Nothing that was seen stays in the page. */
async function signOut(): Promise<void> {
  try {
    await apiSend('DELETE', 'api/session');
    window.location.reload();
  } catch (thrown) {
    toast(toApiError(thrown).problem.message, 'bad');
  }
}

/** Ctrl-K, and Cmd-K, everywhere but in a dialog. */
function useFinderKey(open: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      if (document.querySelector('dialog[open]') === null) open();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
