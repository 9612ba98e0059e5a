import { OdradekError } from '../../util/odradek-error.ts';
import type { Connection, Listener, ListenOptions, Network } from '../runtime.ts';
import type { EventOwner, Scheduler } from './scheduler.ts';
import { type Address, SimulatedConnection, type Wire } from './simulated-connection.ts';

/** How the simulated network behaves. */
export interface NetworkOptions {
  /** Between hosts, `[least, most)`; one packet in a hundred takes ten times as long. */
  readonly latencyMs: readonly [number, number];
}

interface ListenerEntry {
  readonly owner: EventOwner;
  /** Reachable from its own host alone. */
  readonly loopback: boolean;
  readonly onConnection: (connection: Connection) => void;
  readonly sendBufferBytes: number | undefined;
}

const loopbackNames = new Set(['127.0.0.1', 'localhost', '::1']);
const wildcards = new Set(['0.0.0.0', '::', '']);
const loopbackLatencyMs = 0.02;
const firstEphemeralPort = 32_768;
const connectRetryMs = 1_000;
const connectTimeoutMs = 10_000;
/** After which a system gives up on a machine that does not answer any more. */
const peerLostMs = 15_000;

/**
 * The network between simulated hosts. A host is reached by its name. Where two hosts are cut off from each
 * other, in both directions or in one, what they send waits, as TCP sends again, and a new connection fails after
 * 10 s.
 */
export class SimulatedNetwork implements Wire {
  readonly scheduler: Scheduler;
  readonly #options: NetworkOptions;
  readonly #listeners = new Map<string, ListenerEntry>();
  readonly #pairs = new Set<readonly [SimulatedConnection, SimulatedConnection]>();
  /** Directions in which nothing passes. */
  readonly #cuts = new Set<string>();
  readonly #machinesOff = new Set<string>();
  readonly #knownHosts = new Set<string>();
  #nextPort = firstEphemeralPort;

  constructor(options: NetworkOptions, scheduler: Scheduler) {
    this.#options = options;
    this.scheduler = scheduler;
  }

  addHost(name: string): void {
    this.#knownHosts.add(name);
  }

  /** The port as one process sees it. */
  portOf(owner: EventOwner): Network {
    return {
      listen: async (options, onConnection) => this.#listen(owner, options, onConnection),
      connect: (host, port) => this.#connect(owner, host, port),
      hostName: () => owner.name,
    };
  }

  cut(a: string, b: string): void {
    this.cutOneWay(a, b);
    this.cutOneWay(b, a);
  }

  cutOneWay(from: string, to: string): void {
    this.#cuts.add(direction(from, to));
  }

  heal(a: string, b: string): void {
    this.#cuts.delete(direction(a, b));
    this.#cuts.delete(direction(b, a));
    this.#pumpAll();
  }

  /** The process has ended, its machine goes on: listeners are gone and connections are reset. */
  endProcess(owner: EventOwner): void {
    this.#closeListeners(owner);
    for (const side of this.#sidesOf(owner.name)) side.abandon();
    this.#forgetClosedPairs();
  }

  /** The machine is off. The others notice when it is back, or after a while. */
  losePower(owner: EventOwner, observer: EventOwner): void {
    this.#closeListeners(owner);
    this.#machinesOff.add(owner.name);
    const lost = [...this.#pairs].filter((pair) => pair.some((side) => side.owner === owner));
    for (const pair of lost) for (const side of pair) if (side.owner === owner) side.vanish();
    this.scheduler.schedule(observer, peerLostMs, `${owner.name} does not answer`, () => {
      for (const pair of lost) {
        for (const side of pair) if (side.owner !== owner && !side.closed) side.fail('ETIMEDOUT');
      }
    });
  }

  restart(name: string): void {
    this.#machinesOff.delete(name);
    for (const side of this.#sidesOf(name)) if (!side.owner.alive) side.abandon();
    this.#pumpAll();
  }

  reaches(from: string, to: string): boolean {
    return from === to || (!this.#cuts.has(direction(from, to)) && !this.#isOff(from, to));
  }

  latencyMs(from: string, to: string): number {
    if (from === to) return loopbackLatencyMs;
    const { random } = this.scheduler;
    const [least, most] = this.#options.latencyMs;
    return random.between(least, most) * (random.chance(0.01) ? 10 : 1);
  }

  closed(connection: SimulatedConnection): void {
    for (const pair of this.#pairs) {
      if (pair.includes(connection) && pair.every((side) => side.closed)) this.#pairs.delete(pair);
    }
  }

  #listen(
    owner: EventOwner,
    { host, port: wantedPort, sendBufferBytes }: ListenOptions,
    onConnection: (connection: Connection) => void,
  ): Listener {
    const loopback = loopbackNames.has(host);
    if (!loopback && !wildcards.has(host) && host !== owner.name) {
      const message = `Cannot listen on ${host}: ${owner.name} has no such address`;
      throw new OdradekError(message, { code: 'ADDRESS_UNAVAILABLE', host, port: wantedPort });
    }
    const port = wantedPort === 0 ? this.#freePort(owner.name) : wantedPort;
    const key = listenerKey(owner.name, port);
    if (this.#listeners.has(key)) {
      const message = `Something listens on ${host}:${port} already`;
      throw new OdradekError(message, { code: 'PORT_IN_USE', host, port });
    }
    const entry = { owner, loopback, onConnection, sendBufferBytes };
    this.#listeners.set(key, entry);
    const close = (): Promise<void> => {
      if (this.#listeners.get(key) === entry) this.#listeners.delete(key);
      return Promise.resolve();
    };
    return { host: loopback ? '127.0.0.1' : host, port, close };
  }

  #connect(owner: EventOwner, host: string, port: number): Promise<Connection> {
    const target = loopbackNames.has(host) || wildcards.has(host) ? owner.name : host;
    return new Promise((resolve, reject) => {
      const refuse = (reason: string): void => {
        const message = `Could not connect to ${host}:${port} (${reason})`;
        const isRefused = reason === 'ECONNREFUSED';
        reject(new OdradekError(message, { code: 'CONNECTION_FAILED', host, port, isRefused }));
      };
      const attempt = (leftMs: number): void => {
        // A connection takes packets in both directions.
        const reaches = this.reaches(owner.name, target) && this.reaches(target, owner.name);
        if (!this.#knownHosts.has(target)) return refuse('ENOTFOUND');
        if (!reaches && leftMs <= 0) return refuse('ETIMEDOUT');
        const retry = (): void => attempt(leftMs - connectRetryMs);
        if (!reaches)
          this.scheduler.schedule(owner, connectRetryMs, `connect to ${host} again`, retry);
        else this.#open(owner, target, port, resolve, () => refuse('ECONNREFUSED'));
      };
      const delayMs = this.latencyMs(owner.name, target);
      const kind = `connect to ${host}:${port}`;
      this.scheduler.schedule(owner, delayMs, kind, () => attempt(connectTimeoutMs));
    });
  }

  /** The first packet has reached `target`: a connection, or a refusal, which take their way back. */
  #open(
    owner: EventOwner,
    target: string,
    port: number,
    resolve: (connection: Connection) => void,
    refuse: () => void,
  ): void {
    const delayMs = this.latencyMs(target, owner.name);
    const listener = this.#listeners.get(listenerKey(target, port));
    if (listener === undefined || (listener.loopback && target !== owner.name)) {
      this.scheduler.schedule(owner, delayMs, `refused by ${target}:${port}`, refuse);
      return;
    }
    const within = target === owner.name;
    const nearHost = within ? '127.0.0.1' : owner.name;
    const near: Address = { host: nearHost, port: this.#freePort(owner.name) };
    const far: Address = { host: within ? '127.0.0.1' : target, port };
    const client = new SimulatedConnection(this, owner, near, far);
    const server = new SimulatedConnection(
      this,
      listener.owner,
      far,
      near,
      listener.sendBufferBytes,
    );
    SimulatedConnection.join(client, server);
    this.#pairs.add([client, server]);
    this.scheduler.schedule(listener.owner, 0, `connection from ${near.host}:${near.port}`, () => {
      listener.onConnection(server);
    });
    this.scheduler.schedule(owner, delayMs, `connected to ${target}:${port}`, () =>
      resolve(client),
    );
  }

  #freePort(host: string): number {
    for (;;) {
      const port = this.#nextPort;
      this.#nextPort = port === 65_535 ? firstEphemeralPort : port + 1;
      if (!this.#listeners.has(listenerKey(host, port))) return port;
    }
  }

  #isOff(a: string, b: string): boolean {
    return this.#machinesOff.has(a) || this.#machinesOff.has(b);
  }

  #closeListeners(owner: EventOwner): void {
    for (const [key, listener] of this.#listeners) {
      if (listener.owner === owner) this.#listeners.delete(key);
    }
  }

  #sidesOf(host: string): SimulatedConnection[] {
    return [...this.#pairs].flat().filter((side) => side.owner.name === host);
  }

  #pumpAll(): void {
    for (const side of [...this.#pairs].flat()) side.pump();
  }

  #forgetClosedPairs(): void {
    for (const pair of this.#pairs) {
      if (pair.every((side) => side.closed)) this.#pairs.delete(pair);
    }
  }
}

function listenerKey(host: string, port: number): string {
  return `${host}:${port}`;
}

function direction(from: string, to: string): string {
  return `${from}|${to}`;
}
