import type { Cuts } from '../../faults/cuts.ts';
import { gatedLogger, gatedRuntime } from '../../faults/gated-runtime.ts';
import { GatedStore } from '../../faults/gated-store.ts';
import type { PortOwners } from '../../faults/port-owners.ts';
import { ProcessGate } from '../../faults/process-gate.ts';
import { nodeFiles } from '../../runtime/node/node-files.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { must } from '../../util/assert.ts';
import { labelledLogger, type Logger } from '../../util/logger.ts';
import { hasCode } from '../../util/odradek-error.ts';
import {
  startAdminOf,
  type AdminListener,
  type AdminModules,
  type StartAdmin,
} from '../admin-port.ts';
import { RunningBroker } from '../broker.ts';
import type { ClusterBrokerState } from '../cluster-api.ts';
import { withAdminPort } from '../console-options.ts';
import type { ClusterMember, MemberAddress } from './cluster-member.ts';
import type { ClusterStorage } from './cluster-storage.ts';
import { MemberLives, type MemberLife } from './member-lives.ts';

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
  readonly startAdmin: StartAdmin;
  /** It keeps no process alive. */
  readonly unref: boolean;
  readonly logger: Logger;
  /** A broken invariant has stopped it. */
  readonly onDefect: (error: unknown) => void;
}

/** One life of a broker. */
interface Life extends MemberLife {
  readonly gate: ProcessGate;
  /** Once it serves. */
  running: RunningBroker | undefined;
  admin: AdminListener | undefined;
}

/** A broker of a cluster in the calling thread, behind gates. */
export class LocalMember implements ClusterMember {
  readonly nodeId: number;
  readonly dataDirs: readonly string[];
  readonly keepsData = true;
  readonly #options: MemberOptions;
  readonly #modules: MemberModules;
  readonly #lives: MemberLives<Life>;
  #address: MemberAddress | undefined;
  #consoleUrl: string | undefined;

  constructor(options: MemberOptions, modules: MemberModules) {
    const { storage } = modules;
    this.nodeId = options.nodeId;
    this.dataDirs = storage.inMemory ? [] : [storage.directoryOf(options.nodeId)];
    this.#options = options;
    this.#lives = new MemberLives(options.nodeId);
    const logger = labelledLogger(modules.logger, { broker: options.nodeId });
    this.#modules = { ...modules, logger };
  }

  get state(): ClusterBrokerState {
    return this.#lives.state;
  }

  get kills(): number {
    return this.#lives.kills;
  }

  get address(): MemberAddress {
    return must(this.#address, 'a member has an address once it was started');
  }

  get consoleUrl(): string | undefined {
    return this.#consoleUrl;
  }

  async start(): Promise<void> {
    this.#address = await startWhere(this.#options, this.#address, (port) => this.#begin(port));
  }

  async #begin(port: number): Promise<MemberAddress> {
    const world = this.#modules.createRuntime(this.nodeId);
    const { timers } = world;
    const gate = new ProcessGate((callback) => timers.atTurnEnd(callback));
    const life: Life = { gate, running: undefined, admin: undefined, end: () => gate.kill() };
    const running = await this.#lives.begin(life, () => this.#run(life, world, port));
    this.#consoleUrl = life.admin?.url;
    running.closed.catch((error: unknown) => {
      if (this.#lives.ended(life)) this.#modules.onDefect(error);
    });
    const { host, port: bound } = must(running.addresses[0]);
    return { host, port: bound };
  }

  async #run(life: Life, world: Runtime, port: number): Promise<RunningBroker> {
    const { gate } = life;
    const { nodeId, storeTimeoutMs } = this.#options;
    const { storage, cuts, owners } = this.#modules;
    const runtime = gatedRuntime({ nodeId }, { runtime: world, gate, cuts, owners });
    const store = new GatedStore(
      { nodeId, timeoutMs: storeTimeoutMs },
      { store: storage.store, timers: world.timers, gate, cuts },
    );
    const directory = storage.directoryOf(nodeId);
    const logger = gatedLogger(this.#modules.logger, gate);
    const running = await RunningBroker.start(
      {
        values: memberValues(this.#options, port, this.#consoleUrl),
        directories: [directory],
        metadataDirectory: directory,
        temporary: storage.temporary,
        inMemory: storage.inMemory,
      },
      { runtime, store, logger },
    );
    life.running = running;
    life.admin = await this.#serve(gate, { broker: running, runtime, logger });
    return running;
  }

  /** Its admin listener, which stands still and ends with it. */
  async #serve(
    gate: ProcessGate,
    parts: Pick<AdminModules, 'broker' | 'runtime' | 'logger'>,
  ): Promise<AdminListener | undefined> {
    const { startAdmin, unref } = this.#modules;
    const enter = (event: () => void): void => gate.enter(event);
    const admin = await startAdminOf(startAdmin, { ...parts, files: nodeFiles, unref, enter });
    parts.broker.closed.catch(() => admin?.destroy());
    if (gate.isDead) admin?.destroy();
    else if (admin !== undefined) gate.add({ look() {}, end: () => admin.destroy() });
    return admin;
  }

  kill(): Promise<void> {
    return this.#lives.kill();
  }

  async pause(): Promise<void> {
    const { gate } = this.#lives.alive('pause');
    this.#lives.set('paused');
    await gate.pause();
  }

  resume(): Promise<void> {
    const { gate } = this.#lives.alive('resume');
    this.#lives.set('running');
    gate.resume();
    return Promise.resolve();
  }

  retire(): Promise<void> {
    this.#lives.current?.running?.retire();
    return Promise.resolve();
  }

  stop(options: { readonly discard: boolean }): Promise<void> {
    return this.#lives.stop(async ({ admin, running }) => {
      await admin?.close();
      await running?.stop(options);
    });
  }

  async reached(revision: number): Promise<void> {
    const running = this.#lives.current?.running;
    await running?.metadata.reached(revision);
    await running?.partitions.reached(revision);
  }
}

/**
 * Starts a member by `begin` where it was before, else where it is told to. Where somebody has taken meanwhile what
 * was free at the first start, it moves, as clients will learn.
 */
export async function startWhere(
  { port }: Pick<MemberOptions, 'port'>,
  known: MemberAddress | undefined,
  begin: (port: number) => Promise<MemberAddress>,
): Promise<MemberAddress> {
  try {
    return await begin(known?.port ?? port);
  } catch (error) {
    if (!hasCode(error, 'PORT_IN_USE') || known === undefined || port !== 0) throw error;
    return begin(0);
  }
}

/** The configuration of a member that listens on `port`, and whose console is where it was before, if it was. */
export function memberValues(
  { values, host }: MemberOptions,
  port: number,
  consoleUrl: string | undefined,
): ReadonlyMap<string, string> {
  const shownHost = host.includes(':') ? `[${host}]` : host;
  const own = new Map([...values, ['listeners', `PLAINTEXT://${shownHost}:${port}`]]);
  if (consoleUrl === undefined) return own;
  return withAdminPort(own, () => Number(new URL(consoleUrl).port));
}
