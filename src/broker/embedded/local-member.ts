import type { Cuts } from '../../faults/cuts.ts';
import { gatedLogger, gatedRuntime } from '../../faults/gated-runtime.ts';
import { GatedStore } from '../../faults/gated-store.ts';
import type { PortOwners } from '../../faults/port-owners.ts';
import { ProcessGate } from '../../faults/process-gate.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { must } from '../../util/assert.ts';
import { labelledLogger, type Logger } from '../../util/logger.ts';
import { hasCode, OdradekError } from '../../util/odradek-error.ts';
import { RunningBroker } from '../broker.ts';
import type { ClusterBrokerState } from '../cluster-api.ts';
import type { ClusterMember, MemberAddress } from './cluster-member.ts';
import type { ClusterStorage } from './cluster-storage.ts';

/** Which broker of a cluster it is. */
export interface MemberOptions {
  readonly nodeId: number;
  /** Its configuration, but for where it listens. */
  readonly values: ReadonlyMap<string, string>;
  readonly host: string;
  /** 0 for any free port at its first start, which it then keeps. */
  readonly port: number;
  /** How long it waits for the store while it is cut off from it. */
  readonly storeTimeoutMs: number;
}

/** What the members of a cluster share. */
export interface MemberModules {
  /** A runtime for one life of a broker, which closes its background work. */
  readonly createRuntime: (nodeId: number) => Runtime;
  readonly storage: ClusterStorage;
  readonly cuts: Cuts;
  readonly owners: PortOwners;
  readonly logger: Logger;
  /** A broken invariant has stopped it. */
  readonly onDefect: (error: unknown) => void;
}

/** One life of a broker. */
interface Life {
  readonly gate: ProcessGate;
  readonly running: RunningBroker;
}

/** A broker of a cluster in the calling thread, behind gates. */
export class LocalMember implements ClusterMember {
  readonly nodeId: number;
  readonly dataDirs: readonly string[];
  readonly #options: MemberOptions;
  readonly #modules: MemberModules;
  #state: ClusterBrokerState = 'killed';
  #address: MemberAddress | undefined;
  #life: Life | undefined;

  constructor(options: MemberOptions, modules: MemberModules) {
    const { storage } = modules;
    this.nodeId = options.nodeId;
    this.dataDirs = storage.inMemory ? [] : [storage.directoryOf(options.nodeId)];
    this.#options = options;
    const logger = labelledLogger(modules.logger, { broker: options.nodeId });
    this.#modules = { ...modules, logger };
  }

  get state(): ClusterBrokerState {
    return this.#state;
  }

  get address(): MemberAddress {
    return must(this.#address, 'a member has an address once it was started');
  }

  async start(): Promise<void> {
    const { port } = this.#options;
    const known = this.#address;
    try {
      this.#life = await this.#begin(known?.port ?? port);
    } catch (error) {
      // Somebody has taken meanwhile what was free at the first start: then it moves, as clients will learn.
      if (!hasCode(error, 'PORT_IN_USE') || known === undefined || port !== 0) throw error;
      this.#life = await this.#begin(0);
    }
    this.#state = 'running';
    const { host, port: bound } = must(this.#life.running.addresses[0]);
    this.#address = { host, port: bound };
  }

  async #begin(port: number): Promise<Life> {
    const { nodeId, storeTimeoutMs } = this.#options;
    const { storage, cuts, owners, createRuntime } = this.#modules;
    const world = createRuntime(nodeId);
    const { timers } = world;
    const gate = new ProcessGate((callback) => timers.atTurnEnd(callback));
    const runtime = gatedRuntime({ nodeId }, { runtime: world, gate, cuts, owners });
    const store = new GatedStore(
      { nodeId, timeoutMs: storeTimeoutMs },
      { store: storage.store, timers, gate, cuts },
    );
    const directory = storage.directoryOf(nodeId);
    const running = await RunningBroker.start(
      {
        values: memberValues(this.#options, port),
        directories: [directory],
        metadataDirectory: directory,
        temporary: storage.temporary,
      },
      { runtime, store, logger: gatedLogger(this.#modules.logger, gate) },
    );
    const life = { gate, running };
    running.closed.catch((error: unknown) => {
      if (this.#life !== life) return;
      this.#end();
      this.#modules.onDefect(error);
    });
    return life;
  }

  async kill(): Promise<void> {
    const life = this.#life;
    this.#end();
    await life?.gate.kill();
  }

  #end(): void {
    this.#life = undefined;
    this.#state = 'killed';
  }

  async pause(): Promise<void> {
    const { gate } = this.#alive('pause');
    this.#state = 'paused';
    await gate.pause();
  }

  resume(): Promise<void> {
    const { gate } = this.#alive('resume');
    this.#state = 'running';
    gate.resume();
    return Promise.resolve();
  }

  #alive(operation: string): Life {
    if (this.#life !== undefined) return this.#life;
    throw new OdradekError(`broker ${this.nodeId} was killed: restart it first`, {
      code: 'INVALID_ARGUMENT',
      argument: operation,
      expected: 'a broker that runs',
    });
  }

  async stop(options: { readonly discard: boolean }): Promise<void> {
    const life = this.#life;
    this.#end();
    await life?.running.stop(options);
    // What it has left undone when it was stopped, as a timer of a client that it never answered.
    await life?.gate.kill();
  }

  async reached(revision: number): Promise<void> {
    const running = this.#life?.running;
    await running?.metadata.reached(revision);
    await running?.partitions.reached(revision);
  }
}

/** The configuration of a member that listens on `port`. */
export function memberValues(
  { values, host }: MemberOptions,
  port: number,
): ReadonlyMap<string, string> {
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return new Map([...values, ['listeners', `PLAINTEXT://${shownHost}:${port}`]]);
}
