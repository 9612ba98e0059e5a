import { serveStore } from '../../metadata/remote/serve-store.ts';
import type { MessagePort } from '../../runtime/message-port.ts';
import { createMessageChannel, nodeMessagePort } from '../../runtime/node/node-message-port.ts';
import { letGo, startNodeThread, type NodeThread } from '../../runtime/node/node-thread.ts';
import { must } from '../../util/assert.ts';
import { fromErrorImage } from '../../util/error-image.ts';
import { labelledLogger } from '../../util/logger.ts';
import type { ClusterBrokerState } from '../cluster-api.ts';
import type { ClusterMember, MemberAddress } from './cluster-member.ts';
import {
  memberValues,
  startWhere,
  type MemberModules,
  type MemberOptions,
} from './local-member.ts';
import { MemberLives, type MemberLife } from './member-lives.ts';
import type { BrokerThreadData, FromBrokerThread, ToBrokerThread } from './thread-messages.ts';

/** What the threads of a cluster are made of, beside what its members share. */
export interface ThreadMemberModules extends Omit<MemberModules, 'createRuntime' | 'startAdmin'> {
  /** The entry of a broker's thread. */
  readonly brokerUrl: URL;
  /** That of its thread for heavy work. */
  readonly workerUrl: URL;
}

type ThreadPort = MessagePort<ToBrokerThread, FromBrokerThread>;

/** One life of a broker in a thread. */
interface Life extends MemberLife {
  readonly thread: NodeThread;
  readonly port: ThreadPort;
  readonly letGone: Int32Array;
  readonly started: PromiseWithResolvers<MemberAddress>;
  /** Once it has started. */
  consoleUrl: string | undefined;
  readonly stopped: PromiseWithResolvers<void>;
  /** How often it was stopped, and who waits for that. */
  pauses: number;
  readonly pausing: Map<number, () => void>;
  readonly retired: PromiseWithResolvers<void>;
  /** Who waits until it has reached a revision. */
  readonly waiting: Map<number, () => void>;
}

/** A broker of a cluster in a thread of its own. It is stopped and killed with its thread. */
export class ThreadMember implements ClusterMember {
  readonly nodeId: number;
  readonly dataDirs: readonly string[];
  readonly keepsData: boolean;
  readonly #options: MemberOptions;
  readonly #modules: ThreadMemberModules;
  readonly #lives: MemberLives<Life>;
  #address: MemberAddress | undefined;
  #consoleUrl: string | undefined;
  #nextId = 0;

  constructor(options: MemberOptions, modules: ThreadMemberModules) {
    const { storage, cuts } = modules;
    this.nodeId = options.nodeId;
    this.dataDirs = storage.inMemory ? [] : [storage.directoryOf(options.nodeId)];
    this.keepsData = !storage.inMemory;
    this.#options = options;
    this.#lives = new MemberLives(options.nodeId);
    const logger = labelledLogger(modules.logger, { broker: options.nodeId });
    this.#modules = { ...modules, logger };
    cuts.subscribe(() => {
      this.#lives.current?.port.post({ kind: 'partition', partition: cuts.current });
    });
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
    const life = this.#newLife(port);
    life.port.start({
      onMessage: (message) => this.#receive(life, message),
      onClose() {},
    });
    void life.thread.ended.then((uncaught) => this.#ended(life, uncaught));
    const address = await this.#lives.begin(life, () => life.started.promise);
    this.#consoleUrl = life.consoleUrl;
    // It may have been cut off while it started.
    const { cuts } = this.#modules;
    life.port.post({ kind: 'partition', partition: cuts.current });
    return address;
  }

  #newLife(port: number): Life {
    const { nodeId, storeTimeoutMs } = this.#options;
    const { storage, cuts, owners, brokerUrl, workerUrl, unref } = this.#modules;
    const line = createMessageChannel();
    const storeLine = createMessageChannel();
    serveStore(storage.store, nodeMessagePort(storeLine.here, { unref: true }));
    const letGone = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
    const data: BrokerThreadData = {
      nodeId,
      values: memberValues(this.#options, port, this.#consoleUrl),
      directory: storage.inMemory ? undefined : storage.directoryOf(nodeId),
      temporary: storage.temporary,
      unref,
      storeTimeoutMs,
      owners: owners.shared,
      letGone,
      partition: cuts.current,
      storePort: storeLine.there,
      port: line.there,
      workerUrl: workerUrl.href,
    };
    const thread = startNodeThread({
      url: brokerUrl,
      name: `odradek-broker-${nodeId}`,
      data,
      transfer: [line.there, storeLine.there],
      unref,
    });
    const life: Life = {
      thread,
      port: nodeMessagePort(line.here, { unref: true }),
      letGone: new Int32Array(letGone),
      started: Promise.withResolvers(),
      consoleUrl: undefined,
      stopped: Promise.withResolvers(),
      retired: Promise.withResolvers(),
      pauses: 0,
      pausing: new Map(),
      waiting: new Map(),
      end: () => thread.terminate(),
    };
    life.started.promise.catch(() => {});
    return life;
  }

  #receive(life: Life, message: FromBrokerThread): void {
    switch (message.kind) {
      case 'started':
        life.consoleUrl = message.consoleUrl;
        life.started.resolve(message.address);
        break;
      case 'failed':
        life.started.reject(fromErrorImage(message.error));
        break;
      case 'standing still':
        life.pausing.get(message.time)?.();
        life.pausing.delete(message.time);
        break;
      case 'has reached':
        life.waiting.get(message.id)?.();
        life.waiting.delete(message.id);
        break;
      case 'retired':
        life.retired.resolve();
        break;
      case 'stopped':
        life.stopped.resolve();
        break;
      case 'defect':
        this.#defect(life, fromErrorImage(message.error));
        break;
      case 'log':
        this.#modules.logger[message.level](message.event, message.fields);
        break;
    }
  }

  #defect(life: Life, error: unknown): void {
    if (this.#lives.ended(life)) this.#modules.onDefect(error);
  }

  /** The thread is gone, as it was to be or not: nobody waits for it any more. */
  #ended(life: Life, uncaught: { readonly error: unknown } | undefined): void {
    const error = uncaught?.error ?? new Error(`The thread of broker ${this.nodeId} ended`);
    life.started.reject(error);
    life.stopped.resolve();
    life.retired.resolve();
    for (const waiting of [life.pausing, life.waiting]) {
      for (const resolve of waiting.values()) resolve();
      waiting.clear();
    }
    life.port.close();
    this.#defect(life, error);
  }

  kill(): Promise<void> {
    return this.#lives.kill();
  }

  async pause(): Promise<void> {
    const life = this.#lives.alive('pause');
    if (this.state === 'paused') return;
    this.#lives.set('paused');
    const time = ++life.pauses;
    await new Promise<void>((resolve) => {
      life.pausing.set(time, resolve);
      life.port.post({ kind: 'stand still', time });
    });
  }

  resume(): Promise<void> {
    const life = this.#lives.alive('resume');
    this.#lives.set('running');
    letGo(life.letGone, life.pauses);
    return Promise.resolve();
  }

  async retire(): Promise<void> {
    const life = this.#lives.current;
    if (life === undefined || this.state === 'paused') return;
    life.port.post({ kind: 'retire' });
    await life.retired.promise;
  }

  stop(options: { readonly discard: boolean }): Promise<void> {
    return this.#lives.stop(async ({ port, stopped }) => {
      port.post({ kind: 'stop', ...options });
      await stopped.promise;
    });
  }

  async reached(revision: number): Promise<void> {
    const life = this.#lives.current;
    if (life === undefined) return;
    const id = this.#nextId++;
    await new Promise<void>((resolve) => {
      life.waiting.set(id, resolve);
      life.port.post({ kind: 'reached', id, revision });
    });
  }
}
