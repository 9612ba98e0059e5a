/** What an address is written with. */
export interface AddressModules {
  /** Puts `href` into the address bar in place of what is there. */
  readonly write: (href: string) => void;
  /** Calls `act` once, `ms` from now. */
  readonly later: (act: () => void, ms: number) => void;
}

/** Writes addresses that replace each other, as often as browsers let it. */
export interface AddressWriter {
  /** The address that was asked for and is not written yet. */
  readonly pending: string | undefined;
  readonly replace: (href: string) => void;
  /** Writes what is pending now, before an address comes behind it. */
  readonly settle: () => void;
  /** To be called when the page went elsewhere, so that what is pending is not written over it. */
  readonly forget: () => void;
}

/** Safari takes 100 in 10 seconds, Chromium 200 in 30; whoever holds a key down asks for more. */
const pauseMs = 200;

/** The first of a series is written at once, then the latest after each pause. */
export function createAddressWriter({ write, later }: AddressModules): AddressWriter {
  let pending: string | undefined;
  let isPausing = false;
  const flush = (): void => {
    if (pending === undefined) {
      isPausing = false;
      return;
    }
    const href = pending;
    pending = undefined;
    isPausing = true;
    later(flush, pauseMs);
    write(href);
  };
  return {
    get pending() {
      return pending;
    },
    replace(href) {
      pending = href;
      if (!isPausing) flush();
    },
    settle() {
      const href = pending;
      pending = undefined;
      if (href !== undefined) write(href);
    },
    forget() {
      pending = undefined;
    },
  };
}
