import type { ComponentChildren } from 'preact';

/** One of several parts of a view. */
export interface Tab {
  /** What the address has for it; empty for the first. */
  readonly name: string;
  readonly text: ComponentChildren;
  readonly href: string;
}

/** Parts of a view, each with an address of its own: links, so that they can be opened beside and shared. */
export function Tabs({
  label,
  tabs,
  current,
}: {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly current: string;
}): ComponentChildren {
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map((tab) => (
        <a key={tab.name} href={tab.href} aria-current={tab.name === current ? 'page' : undefined}>
          {tab.text}
        </a>
      ))}
    </nav>
  );
}
