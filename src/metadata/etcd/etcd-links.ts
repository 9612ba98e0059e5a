import type { Http, HttpConnection, TlsOptions } from '../../runtime/http.ts';
import type { Timer, Timers } from '../../runtime/runtime.ts';
import type { Logger } from '../../util/logger.ts';
import type { OdradekError } from '../../util/odradek-error.ts';
import type { EtcdEndpoint } from './etcd-address.ts';

/** Whom to connect to, and how long that may take. */
export interface EtcdLinksOptions {
  /** At least one; tried in this order, in a circle. */
  readonly endpoints: readonly EtcdEndpoint[];
  /** Which of them is tried first. */
  readonly firstIndex: number;
  readonly tls: TlsOptions | undefined;
  readonly connectTimeoutMs: number;
  /** How often a connection that only listens is asked whether it is there. */
  readonly pingIntervalMs: number;
}

/** What links work with. */
export interface EtcdLinksModules {
  readonly http: Http;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** A connection to one member of etcd. Its user says when a call begins and ends. */
export class EtcdLink {
  readonly endpoint: string;
  readonly connection: HttpConnection;
  readonly #onIdle: () => void;
  readonly #streams = new Set<(reason: string) => void>();
  #calls = 0;
  #isRetired = false;

  constructor(endpoint: string, connection: HttpConnection) {
    this.endpoint = endpoint;
    this.connection = connection;
    this.#onIdle = () => connection.destroy('it was given up');
  }

  /** Whether a stream listens on it. */
  get hasStreams(): boolean {
    return this.#streams.size > 0;
  }

  callBegins(): void {
    this.#calls++;
  }

  callEnds(): void {
    this.#calls--;
    this.#destroyIfDone();
  }

  /** `onRetired` is called when the stream has to go elsewhere. Answers what ends that. */
  addStream(onRetired: (reason: string) => void): () => void {
    this.#streams.add(onRetired);
    return () => this.#streams.delete(onRetired);
  }

  /** No call begins any more; streams are told to go elsewhere; it is closed when the last call has ended. */
  retire(reason: string): void {
    if (this.#isRetired) return;
    this.#isRetired = true;
    const told = [...this.#streams];
    this.#streams.clear();
    for (const onRetired of told) onRetired(reason);
    this.#destroyIfDone();
  }

  #destroyIfDone(): void {
    if (this.#isRetired && this.#calls === 0) this.#onIdle();
  }
}

/**
 * The connection to etcd: one at a time, to whichever member can be reached. One that is given up makes room
 * for the next member in the circle.
 */
export class EtcdLinks {
  readonly #options: EtcdLinksOptions;
  readonly #modules: EtcdLinksModules;
  #nextIndex: number;
  #current: EtcdLink | undefined;
  #dialing: Promise<EtcdLink | OdradekError> | undefined;
  #pinging: Timer | undefined;
  /** Ends the dialing under way. */
  #giveUp: (() => void) | undefined;
  #closed = false;

  constructor(options: EtcdLinksOptions, modules: EtcdLinksModules) {
    this.#options = options;
    this.#modules = modules;
    this.#nextIndex = options.firstIndex;
  }

  /** The link there is, or a new one: each member is tried once. Else why the last one could not be reached. */
  async get(): Promise<EtcdLink | OdradekError> {
    if (this.#current !== undefined) return this.#current;
    this.#dialing ??= this.#dialRound().finally(() => {
      this.#dialing = undefined;
    });
    return this.#dialing;
  }

  /** Gives a link up. What is under way on it goes on; the next call takes another. */
  retire(link: EtcdLink, reason: string): void {
    if (this.#current === link) {
      this.#current = undefined;
      if (!this.#closed) {
        const { endpoint } = link;
        this.#modules.logger.warn('gave up a connection with etcd', { endpoint, reason });
      }
    }
    link.retire(reason);
  }

  close(): void {
    this.#closed = true;
    this.#giveUp?.();
    if (this.#pinging !== undefined) this.#modules.timers.clearTimer(this.#pinging);
    const current = this.#current;
    if (current === undefined) return;
    this.retire(current, 'the store is closed');
    current.connection.destroy('the store is closed');
  }

  async #dialRound(): Promise<EtcdLink | OdradekError> {
    const { endpoints } = this.#options;
    let last = await this.#dialNext();
    for (let tried = 1; tried < endpoints.length && !this.#closed; tried++) {
      if (last instanceof EtcdLink) break;
      last = await this.#dialNext();
    }
    if (!(last instanceof EtcdLink)) return last;
    if (this.#closed) last.connection.destroy('the store is closed');
    else this.#pingLater();
    return last;
  }

  /** The member whose turn it is. */
  #dialNext(): Promise<EtcdLink | OdradekError> {
    const { endpoints, tls, connectTimeoutMs } = this.#options;
    const { http, timers } = this.#modules;
    const { host, port, name } = endpoints[this.#nextIndex++ % endpoints.length] as EtcdEndpoint;
    return new Promise((resolve) => {
      const connection = http.connect(
        { host, port, tls },
        {
          onOpen: () => {
            timers.clearTimer(timer);
            const link = new EtcdLink(name, connection);
            opened = link;
            if (!this.#closed) this.#current = link;
            resolve(link);
          },
          onClose: (reason) => {
            timers.clearTimer(timer);
            if (opened === undefined) resolve(reason);
            else this.retire(opened, reason.message);
          },
        },
      );
      let opened: EtcdLink | undefined;
      this.#giveUp = () => connection.destroy('the store is closed');
      const timer = timers.setTimer(connectTimeoutMs, () =>
        connection.destroy(`no answer within ${connectTimeoutMs} ms`),
      );
    });
  }

  /** A member that fell silent is found out by who waits for an answer; a stream alone waits for none. */
  #pingLater(): void {
    const { timers } = this.#modules;
    if (this.#pinging !== undefined) timers.clearTimer(this.#pinging);
    this.#pinging = timers.setTimer(this.#options.pingIntervalMs, () => {
      const link = this.#current;
      if (link === undefined || this.#closed) return;
      if (link.hasStreams) this.#ping(link);
      this.#pingLater();
    });
  }

  #ping(link: EtcdLink): void {
    const { timers } = this.#modules;
    const timer = timers.setTimer(this.#options.connectTimeoutMs, () =>
      this.retire(link, 'it does not answer a ping'),
    );
    link.connection.ping(() => timers.clearTimer(timer));
  }
}
