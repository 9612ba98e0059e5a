import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { GroupPage, TopicPage } from '../../../src/admin/contract/topics.ts';
import { apiGet } from '../data/api.ts';
import { navigate } from './router.ts';
import { hrefOf } from './routes.ts';

/** A place to go to. */
interface Place {
  readonly kind: string;
  readonly text: string;
  readonly href: string;
}

const views: readonly Place[] = [
  { kind: 'view', text: 'Picture', href: hrefOf({ view: 'home' }) },
  { kind: 'view', text: 'Topics', href: hrefOf({ view: 'topics' }) },
  { kind: 'view', text: 'Groups', href: hrefOf({ view: 'groups' }) },
  { kind: 'view', text: 'Brokers', href: hrefOf({ view: 'brokers' }) },
  { kind: 'view', text: 'Why?', href: hrefOf({ view: 'why' }) },
  { kind: 'view', text: 'Settings', href: hrefOf({ view: 'settings' }) },
];

/** Goes to a topic, a group or a view by some letters of its name. */
export function QuickSwitcher({ onClose }: { readonly onClose: () => void }): ComponentChildren {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const places = usePlaces(text);
  const at = Math.min(chosen, Math.max(places.length - 1, 0));
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  useEffect(() => {
    dialog.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  const go = (place: Place | undefined): void => {
    if (place === undefined) return;
    onClose();
    navigate(place.href);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') go(places[at]);
    else if (event.key === 'ArrowDown') setChosen((at + 1) % Math.max(places.length, 1));
    else if (event.key === 'ArrowUp')
      setChosen((at - 1 + places.length) % Math.max(places.length, 1));
    else return;
    event.preventDefault();
  };
  return (
    <dialog
      ref={dialog}
      class="dialog top switcher"
      aria-label="Go to"
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) onClose(); // beside it
      }}
    >
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls="switcher-places"
        aria-activedescendant={places.length > 0 ? `switcher-${at}` : undefined}
        aria-label="Topic, group or view"
        placeholder="Topic, group or view…"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
      />
      <Places places={places} at={at} onChoose={go} />
    </dialog>
  );
}

function Places({
  places,
  at,
  onChoose,
}: {
  readonly places: readonly Place[];
  readonly at: number;
  readonly onChoose: (place: Place) => void;
}): ComponentChildren {
  if (places.length === 0) return <p>Nothing has such a name.</p>;
  return (
    <ul role="listbox" id="switcher-places" aria-label="Places">
      {places.map((place, index) => (
        <li
          key={place.href}
          id={`switcher-${index}`}
          role="option"
          aria-selected={index === at ? 'true' : 'false'}
          onClick={() => onChoose(place)}
        >
          <span class="kind">{place.kind}</span>
          <span>{place.text}</span>
        </li>
      ))}
    </ul>
  );
}

/** Views at once; topics and groups as the server finds them. */
function usePlaces(text: string): readonly Place[] {
  const [found, setFound] = useState<readonly Place[]>([]);
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      find(text, stop.signal)
        .then(setFound)
        .catch(() => undefined); // the views are there all the same
    }, 80);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  const wanted = text.trim().toLowerCase();
  const matching = views.filter((view) => view.text.toLowerCase().includes(wanted));
  return wanted === '' ? [...matching, ...found] : [...found, ...matching];
}

async function find(text: string, signal: AbortSignal): Promise<readonly Place[]> {
  const query = new URLSearchParams({ query: text.trim(), limit: '8' });
  const [topics, groups] = await Promise.all([
    apiGet<TopicPage>(`api/topics?${query}`, signal),
    apiGet<GroupPage>(`api/groups?${query}`, signal),
  ]);
  return [
    ...topics.topics.map(({ name }) => ({
      kind: 'topic',
      text: name,
      href: hrefOf({ view: 'topic', topic: name, tab: '' }),
    })),
    ...groups.groups.map(({ groupId }) => ({
      kind: 'group',
      text: groupId,
      href: hrefOf({ view: 'group', group: groupId, tab: '' }),
    })),
  ];
}
