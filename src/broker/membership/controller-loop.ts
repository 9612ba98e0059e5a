import { admitBrokers, type AdmittedBroker } from '../../controller/admit-brokers.ts';
import type { ControllerSettings } from '../../controller/controller-settings.ts';
import { noChanges, type Decision } from '../../controller/decision.ts';
import {
  isController,
  lacksController,
  standForElection,
  type BrokerEpoch,
} from '../../controller/elect-controller.ts';
import { decideInternalReplicas, type GrownPartition } from '../../controller/internal-replicas.ts';
import {
  allPartitions,
  keepLeaders,
  preferLeaders,
  type LedPartition,
  type PartitionOfTopic,
} from '../../controller/keep-leaders.ts';
import type { ClusterImage, ImageDelta, TopicImage } from '../../metadata/image.ts';
import type { Timer, Timers } from '../../runtime/runtime.ts';
import { errorText } from '../../util/is-error.ts';
import type { Logger } from '../../util/logger.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import type { ClusterMetadata } from '../cluster-metadata.ts';

/** What the controller is run with. */
export interface ControllerLoopModules {
  readonly metadata: Pick<ClusterMetadata, 'image' | 'run'>;
  readonly timers: Timers;
  readonly logger: Logger;
  /** This broker, as it is registered, and the lease that its process holds; undefined while it holds none. */
  readonly self: () => (BrokerEpoch & { readonly leaseId: string }) | undefined;
  readonly settings: () => ControllerSettings;
  /** How often leadership goes back to preferred replicas; `Infinity` where it does not. */
  readonly rebalanceMs: () => number;
  readonly defect: (error: unknown) => void;
}

/** One thing that was decided, for the log. */
interface Done {
  readonly level: 'debug' | 'info';
  readonly event: string;
  readonly fields: Parameters<Logger['info']>[1];
}

/** Partitions by the index, of topics in which something changed. */
type Touched = Map<TopicImage, Set<number>>;

/** Pause before the store is asked again that did not answer. */
const retryMs = 200;

/**
 * Stands for election while there is no controller, and does what is the controller's while it is this broker:
 * from each change of the image to decisions, one commit at a time, until there is nothing left to decide. What
 * a commit came to is seen in the image: where it is not known, the next decision starts from what is there.
 *
 * Every decision is a function of the image, and each of its commits compares the revision of the key by which
 * this broker was elected: what another controller has begun is gone on with, and nobody else writes meanwhile.
 */
export class ControllerLoop {
  readonly #modules: ControllerLoopModules;
  /** Whether anything at all may have to be done, not only with `#touched`. */
  #all = true;
  #touched: Touched = new Map();
  #prefersLeaders = false;
  #running = false;
  #asked = false;
  #retry: Timer | undefined;
  #rebalance: Timer | undefined;
  #closed = false;

  constructor(modules: ControllerLoopModules) {
    this.#modules = modules;
  }

  /** Looks whether there is something to do, and begins to; again after each registration. */
  start(): void {
    this.#all = true;
    if (this.#rebalance === undefined) this.#scheduleRebalance();
    this.#wake();
  }

  /** Takes in what some commits changed. */
  imageChanged(delta: ImageDelta): void {
    if (delta.brokersChanged.size > 0 || delta.controllerChanged) this.#all = true;
    // Whether an unclean leader will do, and how many in sync are enough.
    if (delta.brokerConfigsChanged.size > 0) this.#all = true;
    for (const topic of delta.topicConfigsChanged) this.#touch(topic, topic.partitions.keys());
    if (delta.topicsCreated.length > 0) this.#all ||= hasInternal(delta.topicsCreated);
    for (const [topic, indexes] of delta.partitionsChanged) this.#touch(topic, indexes);
    if (this.#all || this.#touched.size > 0) this.#wake();
  }

  close(): void {
    this.#closed = true;
    for (const timer of [this.#retry, this.#rebalance]) {
      if (timer !== undefined) this.#modules.timers.clearTimer(timer);
    }
  }

  #touch(topic: TopicImage, indexes: Iterable<number>): void {
    if (topic.filtered !== undefined) return;
    const known = this.#touched.get(topic);
    if (known === undefined) this.#touched.set(topic, new Set(indexes));
    else for (const index of indexes) known.add(index);
  }

  #scheduleRebalance(): void {
    const { timers, rebalanceMs } = this.#modules;
    const delayMs = rebalanceMs();
    if (delayMs === Infinity) return;
    this.#rebalance = timers.setTimer(delayMs, () => {
      this.#prefersLeaders = true;
      this.#wake();
      this.#scheduleRebalance();
    });
  }

  #wake(): void {
    this.#asked = true;
    if (this.#running || this.#closed) return;
    this.#running = true;
    // Not within the call that tells of a change: others are to hear of it too.
    Promise.resolve()
      .then(() => this.#run())
      .catch(this.#modules.defect);
  }

  async #run(): Promise<void> {
    while (this.#asked && !this.#closed) {
      this.#asked = false;
      try {
        while (await this.#step());
      } catch (error) {
        if (!(error instanceof OdradekError)) throw error;
        this.#failed(error);
      }
    }
    this.#running = false;
  }

  #failed(error: OdradekError): void {
    this.#all = true;
    if (error.code === 'BROKER_STOPPED' || this.#closed) return;
    this.#modules.logger.warn('the controller could not commit', { error: errorText(error) });
    this.#wakeLater();
  }

  #wakeLater(): void {
    if (this.#closed) return;
    this.#retry ??= this.#modules.timers.setTimer(retryMs, () => {
      this.#retry = undefined;
      this.#wake();
    });
  }

  /** Decides and commits once; false when there was nothing to decide. */
  async #step(): Promise<boolean> {
    const { metadata, logger, self } = this.#modules;
    const hasLook = this.#all || this.#touched.size > 0 || this.#prefersLeaders;
    // The store may have kept a lease that has lapsed here: what has been told meanwhile is not told again.
    if (hasLook && self() === undefined) {
      this.#wakeLater();
      return false;
    }
    const look = this.#takeLook();
    // Most changes ask nothing of the controller: those do not stand in line with the others.
    if (this.#closed || this.#decide(metadata.image, look).results.length === 0) return false;
    const done = await metadata.run((image) => this.#decide(image, look));
    for (const { level, event, fields } of done) logger[level](event, fields);
    // There may be more of it than went into one commit.
    this.#all = true;
    this.#prefersLeaders ||= look.prefersLeaders;
    // Somebody else has done it, or the lease has lapsed.
    if (done.length === 0) this.#wakeLater();
    return done.length > 0;
  }

  /** What is to be looked at, which is then no longer noted. */
  #takeLook(): Look {
    const look = {
      all: this.#all,
      touched: this.#touched,
      prefersLeaders: this.#prefersLeaders,
    };
    this.#all = false;
    this.#touched = new Map();
    this.#prefersLeaders = false;
    return look;
  }

  #decide(image: ClusterImage, look: Look): Decision<Done> {
    const self = this.#modules.self();
    if (self === undefined) return nothing;
    if (!isController(image, self)) {
      if (!lacksController(image)) return nothing;
      return told(standForElection(image, self), ({ nodeId, epoch }) => ({
        level: 'info',
        event: 'elected as the controller',
        fields: { nodeId, epoch },
      }));
    }
    const settings = this.#modules.settings();
    const candidates = look.all ? allPartitions(image) : partitionsIn(look.touched);
    const decisions = [() => toldLeaders(keepLeaders(image, candidates, settings))];
    if (look.all) {
      decisions.push(
        () => toldAdmissions(admitBrokers(image)),
        () => toldReplicas(decideInternalReplicas(image, settings)),
      );
    }
    if (look.prefersLeaders) decisions.push(() => toldLeaders(preferLeaders(image, settings)));
    for (const decide of decisions) {
      const decision = decide();
      if (decision.results.length > 0) return decision;
    }
    return nothing;
  }
}

/** What a step looks at. */
interface Look {
  readonly all: boolean;
  readonly touched: Touched;
  readonly prefersLeaders: boolean;
}

const nothing: Decision<never> = { changes: noChanges, results: [] };

function told<Result>(
  { changes, results }: Decision<Result>,
  describe: (result: Result) => Done,
): Decision<Done> {
  return { changes, results: results.map(describe) };
}

/** One line for all, and each for those who look closer: a broker that dies leads thousands. */
function toldLeaders({ changes, results }: Decision<LedPartition>): Decision<Done> {
  const lines: Done[] = results.map(({ topic, partition, leaderBefore, leader }) => ({
    level: 'debug',
    event: leader === leaderBefore ? 'changed a partition' : 'another leader',
    fields: { topic, partition, from: leaderBefore, to: leader },
  }));
  if (lines.length === 0) return nothing;
  const leaderless = results.filter(({ leader }) => leader < 0).length;
  const elected = results.filter(({ leader, leaderBefore }) => leader !== leaderBefore).length;
  const fields = { partitions: results.length, elected: elected - leaderless, leaderless };
  return { changes, results: [...lines, { level: 'info', event: 'changed partitions', fields }] };
}

function toldAdmissions(decision: Decision<AdmittedBroker>): Decision<Done> {
  return told(decision, ({ nodeId, epoch }) => ({
    level: 'info',
    event: 'admitted a broker',
    fields: { nodeId, epoch },
  }));
}

function toldReplicas(decision: Decision<GrownPartition>): Decision<Done> {
  return told(decision, ({ topic, partition, addingReplicas }) => ({
    level: 'info',
    event: 'an internal topic gets replicas',
    fields: { topic, partition, adding: addingReplicas.join(',') },
  }));
}

function* partitionsIn(touched: Touched): Generator<PartitionOfTopic> {
  for (const [topic, indexes] of touched) {
    for (const index of indexes) {
      const partition = topic.partitions[index];
      if (partition !== undefined) yield { topic, partition };
    }
  }
}

function hasInternal(topics: readonly TopicImage[]): boolean {
  return topics.some(({ internal }) => internal);
}
