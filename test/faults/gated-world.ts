import { Cuts } from '../../src/faults/cuts.ts';
import { gatedRuntime } from '../../src/faults/gated-runtime.ts';
import { GatedStore } from '../../src/faults/gated-store.ts';
import { PortOwners } from '../../src/faults/port-owners.ts';
import { ProcessGate } from '../../src/faults/process-gate.ts';
import {
  quickSimulatedStore,
  SimulatedStore,
} from '../../src/metadata/simulated/simulated-store.ts';
import type { MetadataStore } from '../../src/metadata/store.ts';
import type { Connection, ConnectionHandler, Runtime } from '../../src/runtime/runtime.ts';
import { createSimulation, type Simulation } from '../../src/runtime/simulated/simulation.ts';
import { must } from '../../src/util/assert.ts';

/** A process that can be stopped, killed and cut off. */
export interface GatedProcess {
  readonly gate: ProcessGate;
  readonly runtime: Runtime;
  readonly store: MetadataStore;
}

export const storeTimeoutMs = 500;

/** Processes of one simulated machine, with a network that can be cut and a store. */
export class GatedWorld {
  readonly simulation: Simulation;
  readonly cuts = new Cuts();
  readonly owners = new PortOwners();
  readonly store: MetadataStore;
  readonly #world: Runtime;

  constructor(seed: number) {
    this.simulation = createSimulation({ seed });
    this.#world = this.simulation.runtime('machine');
    this.store = new SimulatedStore(quickSimulatedStore, this.#world).client('machine');
  }

  /** What is outside of every process, as a client is. */
  get world(): Runtime {
    return this.#world;
  }

  process(nodeId: number): GatedProcess {
    const { cuts, owners, store } = this;
    const gate = new ProcessGate((callback) => this.#world.timers.atTurnEnd(callback));
    const runtime = gatedRuntime({ nodeId }, { runtime: this.#world, gate, cuts, owners });
    const options = { nodeId, timeoutMs: storeTimeoutMs };
    const modules = { store, timers: this.#world.timers, gate, cuts };
    return { gate, runtime, store: new GatedStore(options, modules) };
  }

  complete<T>(promise: Promise<T>): Promise<T> {
    return this.simulation.complete(promise);
  }

  until(holds: () => boolean): Promise<void> {
    return this.simulation.run(holds);
  }

  runFor(ms: number): Promise<void> {
    return this.simulation.runFor(ms);
  }

  /** A connection from one to the other, and both ends' records. */
  async connected(from: Runtime, to: Runtime): Promise<{ near: Peer; far: Peer; port: number }> {
    const accepted: Connection[] = [];
    const listening = to.network.listen({ host: '127.0.0.1', port: 0 }, (connection) => {
      accepted.push(connection);
    });
    const { port } = await this.complete(listening);
    const near = new Peer(await this.complete(from.network.connect('127.0.0.1', port)));
    await this.until(() => accepted.length === 1);
    return { near, far: new Peer(must(accepted[0])), port };
  }
}

/** One end of a connection, and what it was told. */
export class Peer implements ConnectionHandler {
  readonly connection: Connection;
  text = '';
  closes = 0;
  drains = 0;
  sent = 0;

  constructor(connection: Connection) {
    this.connection = connection;
    connection.start(this);
  }

  write(text: string): boolean {
    return this.connection.write([new TextEncoder().encode(text)], () => this.sent++);
  }

  onData(chunk: Uint8Array): void {
    this.text += new TextDecoder().decode(chunk);
  }

  onDrain(): void {
    this.drains++;
  }

  onClose(): void {
    this.closes++;
  }
}
