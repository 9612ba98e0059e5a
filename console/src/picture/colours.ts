/** The colours of the canvas, which are those of the page. */
export interface Colours {
  readonly page: string;
  readonly lane: string;
  readonly laneDown: string;
  readonly edge: string;
  readonly cell: string;
  readonly cellBorder: string;
  readonly leader: string;
  readonly follower: string;
  readonly lagging: string;
  readonly offline: string;
  readonly write: string;
  readonly read: string;
}

const properties: Readonly<Record<keyof Colours, string>> = {
  page: '--bg',
  lane: '--lane',
  laneDown: '--lane-down',
  edge: '--border-strong',
  cell: '--surface',
  cellBorder: '--border-strong',
  leader: '--accent',
  follower: '--follower',
  lagging: '--warn',
  offline: '--bad',
  write: '--accent',
  read: '--read',
};

/** Reads them as they are now, light or dark. */
export function readColours(element: HTMLElement): Colours {
  const probe = document.createElement('span');
  element.append(probe);
  const entries = Object.entries(properties).map(([name, property]) => {
    probe.style.color = `var(${property})`;
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(entries) as unknown as Colours;
}
