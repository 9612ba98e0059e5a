import type { Connection, Network, Timer, Timers } from '../../runtime/runtime.ts';
import { hasCode } from '../../util/odradek-error.ts';

/** To whom a link goes. */
export interface PeerAddress {
  readonly host: string;
  readonly port: number;
}

/** What a link stands on. */
export interface PeerLinkModules {
  readonly network: Network;
  readonly timers: Timers;
}

/** Pause before an address is dialled again; doubled with each dial in vain. */
const redialMsMin = 50;
const redialMsMax = 1000;
/** A connection that has stood so long is dialled again at once when it breaks. */
const settledMs = 500;

/**
 * One connection to another broker, over which nothing is said: that it stands says that the process there does,
 * even one that is paused. When it breaks and its machine refuses the next one, nobody listens there any more.
 */
export class PeerLink {
  readonly #address: PeerAddress;
  readonly #modules: PeerLinkModules;
  readonly #onRefused: () => void;
  #connection: Connection | undefined;
  /** Of the next dial; while there is a connection, of when it has settled. */
  #timer: Timer | undefined;
  #pauseMs = redialMsMin;
  /** Whether there has been a connection: an address that never answered says nothing of a process. */
  #wasConnected = false;
  #closed = false;

  /** `onRefused` is told as often as a dial is refused after a connection has been there. */
  constructor(address: PeerAddress, modules: PeerLinkModules, onRefused: () => void) {
    this.#address = address;
    this.#modules = modules;
    this.#onRefused = onRefused;
    void this.#dial();
  }

  close(): void {
    this.#closed = true;
    if (this.#timer !== undefined) this.#modules.timers.clearTimer(this.#timer);
    this.#connection?.destroy();
  }

  async #dial(): Promise<void> {
    let connection: Connection;
    try {
      connection = await this.#modules.network.connect(this.#address.host, this.#address.port);
    } catch (error) {
      if (this.#closed) return;
      this.#dialLater();
      if (isRefusal(error) && this.#wasConnected) this.#onRefused();
      return;
    }
    if (this.#closed) connection.destroy();
    else this.#keep(connection);
  }

  #keep(connection: Connection): void {
    this.#wasConnected = true;
    this.#connection = connection;
    let isSettled = false;
    this.#after(settledMs, () => {
      isSettled = true;
      this.#pauseMs = redialMsMin;
    });
    connection.start({
      onData: () => {},
      onDrain: () => {},
      onClose: () => {
        this.#connection = undefined;
        if (this.#closed) return;
        // One that takes connections and closes them at once, for it has too many, is not asked in a loop.
        if (isSettled) void this.#dial();
        else this.#dialLater();
      },
    });
  }

  #dialLater(): void {
    this.#after(this.#pauseMs, () => {
      void this.#dial();
    });
    this.#pauseMs = Math.min(2 * this.#pauseMs, redialMsMax);
  }

  #after(delayMs: number, callback: () => void): void {
    if (this.#timer !== undefined) this.#modules.timers.clearTimer(this.#timer);
    this.#timer = this.#modules.timers.setTimer(delayMs, callback);
  }
}

/** Whether a machine answered that nobody listens at an address. */
export async function isRefused({ host, port }: PeerAddress, network: Network): Promise<boolean> {
  try {
    const connection = await network.connect(host, port);
    connection.destroy();
    return false;
  } catch (error) {
    return isRefusal(error);
  }
}

function isRefusal(error: unknown): boolean {
  return hasCode(error, 'CONNECTION_FAILED') && error.details.isRefused === true;
}
