import {
  registerBroker,
  type Registration,
  type RegistrationResult,
} from '../../controller/register-broker.ts';
import type { BrokerEpoch } from '../../controller/elect-controller.ts';
import type { ControllerSettings } from '../../controller/controller-settings.ts';
import { announceStop, canHandOver, leadsNothing } from '../../controller/stop-broker.ts';
import type { BrokerConfig } from '../../config/broker-config.ts';
import type { BrokerImage, ClusterImage, ImageDelta } from '../../metadata/image.ts';
import type { MetadataStore } from '../../metadata/store.ts';
import type { Runtime } from '../../runtime/runtime.ts';
import { must } from '../../util/assert.ts';
import { errorText } from '../../util/is-error.ts';
import type { Logger } from '../../util/logger.ts';
import { hasCode, OdradekError } from '../../util/odradek-error.ts';
import { requireSameCluster } from '../cluster-identity.ts';
import type { ClusterMetadata } from '../cluster-metadata.ts';
import type { OwnRegistration } from '../registration.ts';
import { ControllerLoop } from './controller-loop.ts';
import { ImageWaiters } from './image-waiters.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { Suspicions } from './suspicions.ts';

/** Whose membership it is, and in what. */
export interface MembershipOptions {
  readonly nodeId: number;
  /** Whether other brokers may have the store too. Where not, this one is its cluster by itself. */
  readonly isShared: boolean;
}

/** What membership needs of the broker around it. */
export interface MembershipModules {
  readonly runtime: Pick<Runtime, 'clock' | 'timers' | 'network'>;
  readonly store: MetadataStore;
  readonly metadata: ClusterMetadata;
  readonly logger: Logger;
  readonly config: () => BrokerConfig;
  readonly settings: () => ControllerSettings;
  /** What the broker says of itself at its start. */
  readonly registration: OwnRegistration;
  /** It may not lead any more, whatever the image says. */
  readonly suspended: () => void;
  readonly defect: (error: unknown) => void;
}

/** Pause before a store or another broker is asked again. */
const retryMs = 200;
/** The longest that a timer is set for. */
const timerMsMax = 2 ** 31 - 1;

/**
 * A broker as one of its cluster's: the lease of its process, its registration, and whether it may lead. It
 * takes another lease and registers anew as often as it must, takes its part in being the controller, and
 * watches over the others.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #modules: MembershipModules;
  readonly #keeper: LeaseKeeper;
  readonly #loop: ControllerLoop;
  readonly #suspicions: Suspicions;
  readonly #waiters: ImageWaiters;
  #epoch = -1;
  /** Registered in this epoch, live and admitted, as far as the image knows. */
  #isMember = false;
  #entering = false;
  #handsOver = false;
  /** All stop. */
  #retired = false;
  #leaving = false;
  #closed = false;

  constructor(options: MembershipOptions, modules: MembershipModules) {
    const { runtime, store, metadata, logger, config, settings, defect } = modules;
    this.#options = options;
    this.#modules = modules;
    this.#waiters = new ImageWaiters(runtime);
    this.#keeper = new LeaseKeeper(
      { ttlMs: options.isShared ? config().brokerSessionTimeoutMs : Infinity },
      { ...runtime, store, logger },
      { onLapsed: () => this.#suspend('its lease ran out'), onLost: () => this.#lost() },
    );
    this.#loop = new ControllerLoop({
      metadata,
      timers: runtime.timers,
      logger,
      self: () => (this.#holdsLease ? { ...this.self, leaseId: this.#keeper.leaseId } : undefined),
      settings,
      rebalanceMs: () => rebalanceMs(config(), options),
      defect,
    });
    this.#suspicions = new Suspicions({
      runtime,
      logger,
      image: () => metadata.image,
      commit: (compares, changes) => metadata.commit(compares, changes),
      revoke: (leaseId) => store.revoke(leaseId),
      self: () => this.self,
      interBrokerListenerName: () => config().interBrokerListenerName,
      sessionTimeoutMs: () => config().brokerSessionTimeoutMs,
    });
  }

  /** Of the newest registration; -1 before the first. */
  get epoch(): number {
    return this.#epoch;
  }

  get self(): BrokerEpoch {
    return { nodeId: this.#options.nodeId, epoch: this.#epoch };
  }

  /**
   * Whether the broker may answer as a leader: nobody can have been elected in its place that it does not know of.
   * HOT: bench=produce-small
   */
  mayLead(): boolean {
    const { heldUntilMs } = this.#keeper;
    // A lease without end needs no look at the clock.
    return this.#isMember && (heldUntilMs === Infinity || this.#holdsLease);
  }

  get #holdsLease(): boolean {
    return this.#keeper.isHeld(this.#modules.runtime.clock.monotonicMs());
  }

  /**
   * Becomes one of the cluster's: settles when the broker is admitted, with its partitions as they are led since.
   * Rejects with `TIMED_OUT` when that takes `initial.broker.registration.timeout.ms`, with `INVALID_CONFIG` where
   * the cluster is another, and as the store does.
   */
  async join(): Promise<void> {
    const { clock } = this.#modules.runtime;
    const limitMs = this.#modules.config().initialBrokerRegistrationTimeoutMs;
    const deadlineMs = clock.monotonicMs() + limitMs;
    this.#entering = true;
    while (!this.#isMember && !this.#closed) {
      try {
        await this.#enter(deadlineMs);
      } catch (error) {
        if (!hasCode(error, 'TIMED_OUT') || clock.monotonicMs() >= deadlineMs) throw error;
      }
      if (this.#isMember) break;
      if (clock.monotonicMs() >= deadlineMs) throw this.#notAdmitted(limitMs);
      await this.#waiters.pause(retryMs);
    }
    this.#entering = false;
  }

  #notAdmitted(afterMs: number): OdradekError {
    const { nodeId } = this.#options;
    return new OdradekError(`broker ${nodeId} was not admitted to its cluster in ${afterMs} ms`, {
      code: 'TIMED_OUT',
      operation: 'registering the broker',
      afterMs,
    });
  }

  /** Tries until it is one of the cluster's again. */
  async #reenter(): Promise<void> {
    while (!this.#isMember && !this.#isEnding) {
      try {
        await this.#enter(Infinity);
      } catch (error) {
        if (!(error instanceof OdradekError)) throw error;
        if (this.#isEnding) break;
        this.#modules.logger.warn('could not register anew', { error: errorText(error) });
      }
      if (!this.#isMember) await this.#waiters.pause(retryMs);
    }
    this.#entering = false;
  }

  get #isEnding(): boolean {
    return this.#closed || this.#leaving;
  }

  /** One try: a lease, a registration, and until the controller has admitted it or it is of no use any more. */
  async #enter(deadlineMs: number): Promise<void> {
    const { nodeId } = this.#options;
    if (this.#keeper.leaseId === '') await this.#keeper.take();
    if (this.#isEnding) return;
    const { leaseId } = this.#keeper;
    const before = this.#modules.metadata.image.brokers.get(nodeId);
    const result = await this.#register(leaseId);
    if (result.outcome === 'taken') {
      await this.#waitOut(result.by, deadlineMs);
      return;
    }
    this.#epoch = result.epoch;
    this.#modules.logger.info('registered', { nodeId, epoch: result.epoch });
    this.#lookAtSelf();
    if (before?.live === true && before.leaseId !== leaseId) await this.#endLeaseOf(before);
    if (this.#isEnding) return;
    // Also before it is admitted: of brokers that all start, one must admit the others.
    this.#loop.start();
    if (this.#options.isShared) this.#suspicions.start();
    const isOver = (): boolean =>
      this.#isMember || this.#own()?.live !== true || this.#keeper.leaseId !== leaseId;
    await this.#waiters.until(isOver, deadlineMs);
  }

  async #register(leaseId: string): Promise<RegistrationResult> {
    const { metadata, registration, runtime } = this.#modules;
    const { nodeId, isShared } = this.#options;
    const [result] = await metadata.run((image) => {
      requireSameCluster(image, registration.clusterId);
      return registerBroker(image, {
        ...registration,
        nodeId,
        leaseId,
        alone: !isShared,
        hostName: runtime.network.hostName(),
        cleanEpoch: this.#cleanEpoch(image),
      });
    });
    return must(result);
  }

  /** Its logs are as they were while its own registration is the newest: the process has not ended. */
  #cleanEpoch(image: ClusterImage): Registration['cleanEpoch'] {
    if (this.#epoch < 0) return this.#modules.registration.cleanEpoch;
    return image.brokers.get(this.#options.nodeId)?.epoch === this.#epoch ? 'running' : -1;
  }

  async #waitOut({ nodeId, hostName, epoch }: BrokerImage, deadlineMs: number): Promise<void> {
    const { logger, metadata } = this.#modules;
    const event = 'another process has this node id; waiting until its lease ends';
    logger.warn(event, { nodeId, hostName, epoch });
    const isGone = (): boolean => {
      const other = metadata.image.brokers.get(nodeId);
      return other === undefined || !other.live || other.epoch !== epoch;
    };
    await this.#waiters.until(isGone, deadlineMs);
  }

  /** The process in whose place it has come is dead, and may have been the controller. */
  async #endLeaseOf({ leaseId }: BrokerImage): Promise<void> {
    try {
      await this.#modules.store.revoke(leaseId);
    } catch (error) {
      if (!(error instanceof OdradekError)) throw error;
      const fields = { error: errorText(error) };
      this.#modules.logger.warn('could not end the lease of the process before', fields);
    }
  }

  /** Takes in what some commits changed. */
  imageChanged(delta: ImageDelta): void {
    if (this.#isEnding) {
      this.#waiters.look();
      return;
    }
    if (this.#epoch >= 0) {
      if (delta.brokersChanged.has(this.#options.nodeId)) this.#lookAtSelf();
      this.#loop.imageChanged(delta);
      if (this.#options.isShared) this.#suspicions.imageChanged(delta);
    }
    this.#waiters.look();
  }

  #lookAtSelf(): void {
    const own = this.#own();
    const wasMember = this.#isMember;
    this.#isMember = own !== undefined && !own.fenced;
    if (wasMember && !this.#isMember) this.#suspend('it is fenced');
    // Somebody has ended its lease, taken its place or forgotten it.
    if (own?.live !== true && !this.#entering) {
      this.#keeper.drop();
      this.#lost();
    }
  }

  /** This broker, where its registration is still its own. */
  #own(): BrokerImage | undefined {
    const own = this.#modules.metadata.image.brokers.get(this.#options.nodeId);
    return own?.epoch === this.#epoch ? own : undefined;
  }

  #suspend(reason: string): void {
    if (this.#isEnding) return;
    const level = this.#handsOver || this.#retired ? 'info' : 'warn';
    this.#modules.logger[level]('this broker may not lead', { reason });
    this.#modules.suspended();
  }

  /** It has to register anew. */
  #lost(): void {
    this.#isMember = false;
    this.#waiters.look();
    if (this.#entering || this.#handsOver || this.#retired || this.#isEnding) return;
    this.#entering = true;
    this.#reenter().catch(this.#modules.defect);
  }

  /** Whether all brokers stop. */
  get isRetired(): boolean {
    return this.#retired;
  }

  /** The whole cluster is about to stop: nobody is elected in anybody's place, and nobody taken for dead. */
  retire(): void {
    this.#retired = true;
    this.#loop.close();
    this.#suspicions.close();
  }

  /**
   * Controlled shutdown: others lead what this broker leads, and it is in sync with nothing, before it stops.
   * Where nobody else is there, or it takes longer than `broker.session.timeout.ms`, it leads on. Never fails.
   */
  async handOver(): Promise<void> {
    const { metadata, runtime, config, logger } = this.#modules;
    const { brokerSessionTimeoutMs, controlledShutdownEnable } = config();
    if (!this.#options.isShared || !controlledShutdownEnable || !this.#isMember) return;
    // Who is refused from now on may have to do with the others' stopping: those who stay find out.
    this.#suspicions.close();
    if (this.#retired) return;
    if (!canHandOver(metadata.image, this.self)) return;
    this.#handsOver = true;
    const deadlineMs = runtime.clock.monotonicMs() + brokerSessionTimeoutMs;
    const announced = metadata
      .run((image) => announceStop(image, this.self))
      .then(
        () => true,
        (error: unknown) => {
          logger.warn('could not hand over', { error: errorText(error) });
          return false;
        },
      );
    // A store that goes away behind the commit never lets the image see it.
    const late = this.#waiters.until(() => false, deadlineMs).then(() => false);
    if (!(await Promise.race([announced, late]))) return;
    const { nodeId } = this.#options;
    await this.#waiters.until(() => leadsNothing(metadata.image, nodeId), deadlineMs);
  }

  /** Tells all that the process is about to end, by its lease. Never fails. */
  async leave(): Promise<void> {
    if (this.#isEnding) return;
    this.#leaving = true;
    this.#stop();
    try {
      // A store that ends with the process needs no telling.
      if (this.#options.isShared) await this.#keeper.revoke();
    } catch (error) {
      this.#modules.logger.warn('could not end the lease', { error: errorText(error) });
    }
  }

  /** Ends what it does; the lease ends by itself. */
  close(): void {
    this.#closed = true;
    this.#stop();
    this.#keeper.close();
  }

  #stop(): void {
    this.#isMember = false;
    this.#loop.close();
    this.#suspicions.close();
    this.#waiters.close();
  }
}

function rebalanceMs(config: BrokerConfig, { isShared }: MembershipOptions): number {
  if (!isShared || !config.autoLeaderRebalanceEnable) return Infinity;
  return Math.min(config.leaderImbalanceCheckIntervalSeconds * 1000, timerMsMax);
}
