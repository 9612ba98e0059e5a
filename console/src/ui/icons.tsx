import type { ComponentChildren } from 'preact';

const shapes = {
  home: 'M3 11.5 12 4l9 7.5M5.5 9.8V20h13V9.8',
  topics: 'M4 6h16M4 12h16M4 18h10',
  groups:
    'M9 11a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 9 11ZM3 20c.4-3.6 2.8-5.6 6-5.6s5.6 2 6 5.600M16 5a3 3 0 0 1 0 5.800M17.5 14.800c2 .7 3.2 2.5 3.5 5.2',
  brokers: 'M4 5h16v5H4zM4 14h16v5H4zM7.5 7.500h.01M7.5 16.500h.01',
  why: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM9.5 9.300c.3-1.4 1.3-2.1 2.6-2.1 1.5 0 2.6.9 2.6 2.3 0 2-2.7 2.2-2.7 4.200M12 16.800h.01',
  settings:
    'M4 7h9M17 7h3M4 17h3M11 17h9M15 9.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM9 19.500a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM16.2 16.2 20.5 20.5',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'm4.5 12.5 5 5L19.5 7',
  close: 'm6 6 12 12M18 6 6 18',
  plus: 'M12 5v14M5 12h14',
  refresh:
    'M20 11a8 8 0 0 0-14.3-4L3.5 9M4 13a8 8 0 0 0 14.3 4l2.2-2M3.5 4.500V9H8M20.5 19.500V15H16',
  menu: 'M4 7h16M4 12h16M4 17h16',
  download: 'M12 4v11M7 11l5 5 5-5M4 20h16',
  upload: 'M12 16V5M7 9l5-5 5 5M4 20h16',
  play: 'M7 5v14l12-7z',
  pause: 'M8 5v14M16 5v14',
  trash: 'M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13',
  edit: 'M4 20h4L19 9l-4-4L4 16zM13 7l4 4',
  send: 'M4 12 20 4l-5 16-4-6.500zM11 13.5 20 4',
  filter: 'M4 5h16l-6 8v6l-4-2v-4z',
  warning: 'M12 4 2.5 20h19zM12 10v5M12 17.500h.01',
  up: 'm6 15 6-6 6 6',
  down: 'm6 9 6 6 6-6',
  chevron: 'm9 6 6 6-6 6',
} as const;

/** The names of the drawings there are. */
export type IconName = keyof typeof shapes;

/** A small drawing beside words; never instead of them without a label on what it stands in. */
export function Icon({ name }: { readonly name: IconName }): ComponentChildren {
  return (
    <svg
      viewBox="0 0 24 24"
      width="16"
      height="16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      aria-hidden="true"
    >
      <path d={shapes[name]} stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

/** The mark: a flat spool for thread, shaped like a star. */
export function Mark(): ComponentChildren {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" aria-hidden="true">
      <path
        stroke-width="2.2"
        stroke-linecap="round"
        d="M12 2.500v19M3.8 7.200l16.4 9.600M3.8 16.800l16.4-9.6"
      />
      <circle cx="12" cy="12" r="3.4" fill="currentColor" stroke="none" />
    </svg>
  );
}
