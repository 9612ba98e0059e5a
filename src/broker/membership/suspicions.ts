import { brokerAddress } from './broker-address.ts';
import { isController, type BrokerEpoch } from '../../controller/elect-controller.ts';
import { encodeValue, imageKeys } from '../../metadata/image-keys.ts';
import type { BrokerImage, ClusterImage, ImageDelta } from '../../metadata/image.ts';
import type { Change, CommitResult, Compare } from '../../metadata/store.ts';
import type { Runtime, Timer } from '../../runtime/runtime.ts';
import { errorText } from '../../util/is-error.ts';
import type { Logger } from '../../util/logger.ts';
import { isRefused, PeerLink } from './peer-link.ts';

/** What it takes to find out that another broker is dead. */
export interface SuspicionsModules {
  readonly runtime: Pick<Runtime, 'clock' | 'timers' | 'network'>;
  readonly logger: Logger;
  readonly image: () => ClusterImage;
  readonly commit: (
    compares: readonly Compare[],
    changes: readonly Change[],
  ) => Promise<CommitResult>;
  /** Ends a lease, whosoever it is. */
  readonly revoke: (leaseId: string) => Promise<void>;
  /** This broker, as it is registered. */
  readonly self: () => BrokerEpoch;
  readonly interBrokerListenerName: () => string;
  /** `broker.session.timeout.ms`: nobody ends the leases of the same broker twice within it. */
  readonly sessionTimeoutMs: () => number;
}

/** Pause before the store is asked again to forget a suspicion. */
const retryMs = 1000;

interface Link {
  readonly epoch: number;
  readonly link: PeerLink;
}

/**
 * Finds dead processes sooner than their leases end: a connection to each other live broker, which breaks with
 * its process. Who is refused another one tells the controller, who dials once itself and ends the lease; where
 * the controller is the dead one, or there is none, whoever is refused ends it.
 *
 * A process that is paused, or that cannot be reached, refuses nothing: it has the time of its lease.
 */
export class Suspicions {
  readonly #modules: SuspicionsModules;
  readonly #links = new Map<number, Link>();
  /** When the lease of a broker was ended last, by node id. */
  readonly #revokedMs = new Map<number, number>();
  /** Whom the controller looks at just now. */
  readonly #judging = new Set<number>();
  #retry: Timer | undefined;
  #closed = false;

  constructor(modules: SuspicionsModules) {
    this.#modules = modules;
  }

  get #nowMs(): number {
    return this.#modules.runtime.clock.monotonicMs();
  }

  /** Follows who is there, and acts as the controller on what others say. */
  imageChanged({ brokersChanged, suspicionsChanged, controllerChanged }: ImageDelta): void {
    if (this.#closed) return;
    if (brokersChanged.size > 0) this.#relink();
    if (suspicionsChanged.size > 0 || controllerChanged) this.#judgeAll();
  }

  /** Begins with who is there already. */
  start(): void {
    this.#relink();
    this.#judgeAll();
  }

  close(): void {
    this.#closed = true;
    for (const { link } of this.#links.values()) link.close();
    this.#links.clear();
    if (this.#retry !== undefined) this.#modules.runtime.timers.clearTimer(this.#retry);
  }

  #relink(): void {
    const { brokers } = this.#modules.image();
    for (const [nodeId, { epoch, link }] of this.#links) {
      const broker = brokers.get(nodeId);
      if (broker?.live === true && broker.epoch === epoch) continue;
      // Whoever ended its lease: none of us does so again soon.
      if (broker?.epoch === epoch && !broker.stopping) this.#revokedMs.set(nodeId, this.#nowMs);
      link.close();
      this.#links.delete(nodeId);
    }
    const { nodeId: ownId } = this.#modules.self();
    for (const broker of brokers.values()) {
      const { nodeId, epoch, live } = broker;
      if (!live || nodeId === ownId || this.#links.has(nodeId)) continue;
      const address = brokerAddress(broker, this.#modules.interBrokerListenerName());
      if (address === undefined) continue;
      const link = new PeerLink(address, this.#modules.runtime, () => {
        void this.#refused(nodeId, epoch);
      });
      this.#links.set(nodeId, { epoch, link });
    }
  }

  /** Another broker's connection broke, and it refused a new one. */
  async #refused(nodeId: number, epoch: number): Promise<void> {
    const { image, self } = this.#modules;
    const suspect = this.#find(nodeId, epoch);
    if (suspect === undefined) return;
    const { controllerId } = image();
    // It has said that it stops, has handed over what it led, and ends its lease itself.
    if (suspect.stopping && controllerId !== nodeId) return;
    if (isController(image(), self()) || controllerId === nodeId || controllerId === -1) {
      await this.#end(suspect);
    } else if (image().suspicions.get(nodeId)?.epoch !== epoch) {
      await this.#suspect(suspect);
    }
  }

  /** The broker, where it is still taken to be alive in that epoch. */
  #find(nodeId: number, epoch: number): BrokerImage | undefined {
    const broker = this.#modules.image().brokers.get(nodeId);
    return broker?.live === true && broker.epoch === epoch ? broker : undefined;
  }

  async #suspect({ nodeId, epoch, liveRevision }: BrokerImage): Promise<void> {
    const value = encodeValue({ epoch, by: this.#modules.self().nodeId });
    const compares = [{ key: imageKeys.live(nodeId), revision: liveRevision }];
    this.#modules.logger.info('a broker refuses connections', { nodeId, epoch });
    // What is not known or conflicts is said again with the next dial.
    await this.#commit(compares, { key: imageKeys.suspicion(nodeId), value });
  }

  async #commit(compares: readonly Compare[], change: Change): Promise<CommitResult['outcome']> {
    try {
      return (await this.#modules.commit(compares, [change])).outcome;
    } catch (error) {
      this.#modules.logger.warn('a suspicion was not committed', { error: errorText(error) });
      return 'unknown';
    }
  }

  async #end({ nodeId, epoch, leaseId, stopping }: BrokerImage): Promise<void> {
    const { revoke, logger, sessionTimeoutMs } = this.#modules;
    const nowMs = this.#nowMs;
    const lastMs = this.#revokedMs.get(nodeId) ?? -Infinity;
    if (nowMs - lastMs < sessionTimeoutMs() || leaseId === '' || this.#closed) return;
    this.#revokedMs.set(nodeId, nowMs);
    try {
      await revoke(leaseId);
      if (stopping) {
        // It said so itself: should it be killed soon after its return, it is found as quickly as any.
        this.#revokedMs.set(nodeId, lastMs);
        logger.info('ended the lease of a broker that stops', { nodeId, epoch });
      } else logger.warn('ended the lease of a broker that is gone', { nodeId, epoch });
    } catch (error) {
      this.#revokedMs.set(nodeId, lastMs);
      logger.warn('a lease could not be ended', { nodeId, epoch, error: errorText(error) });
    }
  }

  #judgeAll(): void {
    const image = this.#modules.image();
    if (!isController(image, this.#modules.self())) return;
    for (const nodeId of image.suspicions.keys()) void this.#judge(nodeId);
  }

  async #judge(nodeId: number): Promise<void> {
    const { image, self, runtime, interBrokerListenerName } = this.#modules;
    const suspicion = image().suspicions.get(nodeId);
    if (suspicion === undefined || this.#judging.has(nodeId)) return;
    this.#judging.add(nodeId);
    const suspect = nodeId === self().nodeId ? undefined : this.#find(nodeId, suspicion.epoch);
    const address = suspect && brokerAddress(suspect, interBrokerListenerName());
    if (suspect !== undefined && address !== undefined) {
      if (await isRefused(address, runtime.network)) await this.#end(suspect);
    }
    // What is left is for the next controller to judge.
    if (this.#closed) return;
    const key = imageKeys.suspicion(nodeId);
    const compares = [{ key, revision: suspicion.revision }];
    const outcome = await this.#commit(compares, { key, value: null });
    this.#judging.delete(nodeId);
    if (this.#closed) return;
    // A key that stays would hide what is said later.
    if (outcome === 'unknown') this.#judgeLater();
    // Said anew meanwhile: of another epoch, or by one whose dial was later.
    else if (image().suspicions.has(nodeId)) this.#judgeAll();
  }

  #judgeLater(): void {
    this.#retry ??= this.#modules.runtime.timers.setTimer(retryMs, () => {
      this.#retry = undefined;
      this.#judgeAll();
    });
  }
}
