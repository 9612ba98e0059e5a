import { withInSyncSet } from '../controller/in-sync-set.ts';
import { encodePartition, imageKeys } from '../metadata/image-keys.ts';
import type { ClusterImage } from '../metadata/image.ts';
import type { Change, CommitResult, Compare } from '../metadata/store.ts';
import type { InSyncChange, InSyncChanges } from '../replication/in-sync-changes.ts';
import type { Timers } from '../runtime/runtime.ts';
import { errorText } from '../util/is-error.ts';
import type { Logger } from '../util/logger.ts';
import { OdradekError } from '../util/odradek-error.ts';

/** What committing in-sync sets stands on. */
export interface InSyncCommitterModules {
  readonly image: () => ClusterImage;
  /** Commits to the store; settles when the image has what came of it. */
  readonly commit: (
    compares: readonly Compare[],
    changes: readonly Change[],
  ) => Promise<CommitResult>;
  readonly timers: Timers;
  readonly logger: Logger;
}

/** Pause before an outcome that is not known is asked for again, and before a refusal is told. */
const retryMs = 200;
/** Changes that are under way at a time: a broker that dies is a member of thousands of sets. */
const underWayMax = 32;

/**
 * Commits the changes of in-sync sets that this broker's leaders propose. Each compares the partition's state
 * that it starts from, this broker's own life, and of members that come in their lives and registrations: those
 * that the leader saw fetch (KIP-903), neither fenced nor stopping (KIP-841).
 */
export class InSyncCommitter implements InSyncChanges {
  readonly #nodeId: number;
  readonly #modules: InSyncCommitterModules;
  #underWay = 0;
  readonly #waiting: (() => void)[] = [];
  #closed = false;

  constructor(options: { readonly nodeId: number }, modules: InSyncCommitterModules) {
    this.#nodeId = options.nodeId;
    this.#modules = modules;
  }

  async propose(change: InSyncChange): Promise<void> {
    if (this.#underWay >= underWayMax) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    this.#underWay++;
    try {
      await this.#commit(change);
    } finally {
      this.#underWay--;
      this.#waiting.shift()?.();
    }
  }

  /** What is under way settles when its next step would be taken. */
  close(): void {
    this.#closed = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #commit(change: InSyncChange): Promise<void> {
    const compares = this.#compares(change);
    if (compares === undefined) return this.#pause();
    const { topicId, index, proposal, minInsyncReplicas } = change;
    const key = imageKeys.partition(topicId, index);
    const value = encodePartition(withInSyncSet(proposal.base, proposal.isr, minInsyncReplicas));
    while (!this.#closed) {
      // The same commit as often as its outcome is not known: at most one of them can be made.
      const outcome = await this.#outcome(compares, [{ key, value }]);
      if (outcome === 'committed') this.#log(change);
      if (outcome === 'committed' || this.#isDecided(change)) return;
      await this.#pause();
      if (outcome === 'conflict') return;
    }
  }

  async #outcome(
    compares: readonly Compare[],
    changes: readonly Change[],
  ): Promise<CommitResult['outcome']> {
    try {
      return (await this.#modules.commit(compares, changes)).outcome;
    } catch (error) {
      if (!(error instanceof OdradekError)) throw error;
      this.#modules.logger.warn('an in-sync set was not committed', { error: errorText(error) });
      return 'unknown';
    }
  }

  /** What must hold; undefined where it is known not to. */
  #compares({ topicId, index, proposal }: InSyncChange): Compare[] | undefined {
    const { brokers } = this.#modules.image();
    const own = brokers.get(this.#nodeId);
    if (own === undefined || !own.live) return undefined;
    const compares: Compare[] = [
      { key: imageKeys.partition(topicId, index), revision: proposal.base.revision },
      { key: imageKeys.live(this.#nodeId), revision: own.liveRevision },
    ];
    for (const { nodeId, brokerEpoch } of proposal.added) {
      const member = brokers.get(nodeId);
      const isEligible = member?.epoch === brokerEpoch && !member.fenced && !member.stopping;
      if (!isEligible) return undefined;
      compares.push({ key: imageKeys.broker(nodeId), revision: member.revision });
      compares.push({ key: imageKeys.live(nodeId), revision: member.liveRevision });
    }
    return compares;
  }

  /** Whether the image has another state than the one that the change starts from, or none. */
  #isDecided({ topicId, index, proposal }: InSyncChange): boolean {
    const partition = this.#modules.image().topicsById.get(topicId)?.partitions[index];
    return partition?.revision !== proposal.base.revision;
  }

  #log({ topic, index, proposal }: InSyncChange): void {
    const { base, isr } = proposal;
    const growth = isr.length - base.isr.length;
    if (growth === 0) return;
    const event = growth > 0 ? 'an in-sync set has grown' : 'an in-sync set has shrunk';
    this.#modules.logger.info(event, {
      topic,
      partition: index,
      leaderEpoch: base.leaderEpoch,
      from: base.isr.join(','),
      to: isr.join(','),
    });
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#modules.timers.setTimer(retryMs, resolve);
    });
  }
}
