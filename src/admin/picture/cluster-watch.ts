import type { ClientRuntime } from '../../client/client-runtime.ts';
import type { ClusterImage, ImageDelta } from '../../metadata/image.ts';
import type { BrokerFiguresResponse } from '../../protocol/messages/broker-figures.ts';
import type { Timer } from '../../runtime/runtime.ts';
import type { BrokerFigures, Picture, Why } from '../contract/picture.ts';
import { brokerFigures } from './broker-figures.ts';
import { BrokerStates } from './broker-states.ts';
import { pictureBounds, pictureOf, type View } from './picture.ts';
import type { Answers, Question } from './question.ts';
import { Rounds } from './rounds.ts';
import { nextQuestion, takeSnapshot, type Snapshot, type Wanted } from './snapshot.ts';
import { Trends } from './trends.ts';
import { whysOfCluster, type TopicSettings, type WhysContext } from './whys.ts';

/** What a cluster is watched by: the broker that watches, and its way to the others. */
export interface ClusterWatchModules {
  readonly runtime: ClientRuntime;
  readonly image: () => ClusterImage;
  /** Has `listener` called with each change of the image until the answer is called. */
  readonly onImageChange: (listener: (delta: ImageDelta) => void) => () => void;
  readonly own: (question: Question) => Promise<BrokerFiguresResponse>;
  readonly interBrokerListenerName: () => string;
  readonly settings: TopicSettings;
  readonly defect: (error: unknown) => void;
}

/** How it watches. */
export interface ClusterWatchOptions {
  readonly nodeId: number;
  /** Whether it goes on, less often, while nobody looks, so that there is a history. */
  readonly keepsHistory: boolean;
}

/** Brokers are asked so often while somebody looks, and while only history is kept. */
const watchedMs = 1000;
const unwatchedMs = 5000;
/** Who comes to look is shown what is no older than this, before the next round. */
const freshMs = 2000;
/** Between two pictures, however much changes. */
const redrawMs = 100;
/** What somebody asked for by name is asked for as long afterwards. */
const wantedMs = 15_000;
/** Names that are remembered so. */
const wantedMax = 200;

interface Watcher {
  readonly view: View;
  readonly show: (picture: Picture) => void;
}

/**
 * Watches the cluster for everybody who looks at it by way of this broker: all share one round of questions a second,
 * and see at once when brokers come or go or leaders change.
 */
export class ClusterWatch {
  readonly trends: Trends = new Trends();
  readonly #options: ClusterWatchOptions;
  readonly #modules: ClusterWatchModules;
  readonly #rounds: Rounds;
  readonly #states = new BrokerStates();
  readonly #watchers = new Set<Watcher>();
  readonly #snapshotListeners = new Set<(snapshot: Snapshot, context: WhysContext) => void>();
  /** When each name was asked for last, monotonic. */
  readonly #wantedTopics = new Map<string, number>();
  readonly #wantedGroups = new Map<string, number>();
  readonly #stopListening: () => void;
  #snapshot: Snapshot | undefined;
  /** As it was after the round before the last one. */
  #before: Snapshot | undefined;
  #round: Promise<void> | undefined;
  #roundMs = -Infinity;
  #timer: Timer | undefined;
  #isRedrawing = false;
  #drawnMs = -Infinity;
  #closed = false;

  constructor(options: ClusterWatchOptions, modules: ClusterWatchModules) {
    this.#options = options;
    this.#modules = modules;
    this.#rounds = new Rounds({ nodeId: options.nodeId }, modules);
    this.#states.note(modules.image(), modules.runtime.clock.nowMs());
    this.#stopListening = modules.onImageChange((delta) => this.#imageChanged(delta));
    if (options.keepsHistory) this.#schedule(0);
  }

  /** Shows `show` the cluster now, every second, and when it changes, until the answer is called. */
  watch(view: View, show: (picture: Picture) => void): () => void {
    const watcher: Watcher = { view, show };
    this.#watchers.add(watcher);
    if (this.#moment().nowMs - this.#roundMs < freshMs) this.#redraw();
    this.#schedule(0);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  /** Has `listener` called after each round. */
  onSnapshot(listener: (snapshot: Snapshot, context: WhysContext) => void): void {
    this.#snapshotListeners.add(listener);
  }

  /** What is known, at most a second old as far as brokers answer; of these names more than of others. */
  async look(
    names: { readonly topics?: readonly string[]; readonly groups?: readonly string[] } = {},
  ): Promise<Snapshot> {
    const isNew = [
      ...(names.topics ?? []).map((name) => this.#want(this.#wantedTopics, name)),
      ...(names.groups ?? []).map((name) => this.#want(this.#wantedGroups, name)),
    ].includes(true);
    // A round that is under way has not asked for it.
    if (isNew) await this.#round;
    const { nowMs } = this.#moment();
    if (isNew || nowMs - this.#roundMs >= watchedMs) await this.#ask();
    // The first round tells which topics a group reads, and where it stands; the second what is there.
    if (isNew && (names.groups ?? []).length > 0) await this.#ask();
    return this.#snapshot ?? takeSnapshot(this.#modules.image(), new Map(), this.#moment());
  }

  /** What brokers answer to a question of its own. */
  ask(question: Question): Promise<Answers> {
    return this.#rounds.askAside(question);
  }

  #want(wanted: Map<string, number>, name: string): boolean {
    const isNew = !wanted.has(name);
    wanted.delete(name);
    wanted.set(name, this.#moment().nowMs);
    const [oldest] = wanted.keys();
    if (wanted.size > wantedMax && oldest !== undefined) wanted.delete(oldest);
    return isNew;
  }

  /** All brokers as they are in a snapshot. */
  brokersIn({ image, answers }: Snapshot): BrokerFigures[] {
    return brokerFigures(image, answers, (nodeId) => this.#states.sinceMs(nodeId));
  }

  /** What sentences about a snapshot are made with. */
  contextOf(snapshot: Snapshot): WhysContext {
    const { settings } = this.#modules;
    return { brokers: this.brokersIn(snapshot), trends: this.trends, settings };
  }

  #moment(): Snapshot['moment'] {
    const { clock } = this.#modules.runtime;
    return { nowMs: clock.monotonicMs(), wallMs: clock.nowMs() };
  }

  /** How long until the next round; undefined while nobody wants one. */
  get #everyMs(): number | undefined {
    if (this.#watchers.size > 0) return watchedMs;
    return this.#options.keepsHistory ? unwatchedMs : undefined;
  }

  #schedule(afterMs: number): void {
    const { timers } = this.#modules.runtime;
    if (this.#closed) return;
    if (this.#timer !== undefined) timers.clearTimer(this.#timer);
    this.#timer = timers.setTimer(afterMs, () => {
      this.#timer = undefined;
      void this.#tick();
    });
  }

  async #tick(): Promise<void> {
    const began = this.#moment().nowMs;
    await this.#ask();
    const everyMs = this.#everyMs;
    if (everyMs === undefined || this.#timer !== undefined) return;
    this.#schedule(Math.max(0, everyMs - (this.#moment().nowMs - began)));
  }

  /** One round for all who want one meanwhile. Never rejects. */
  #ask(): Promise<void> {
    this.#round ??= this.#askOnce()
      .catch(this.#modules.defect)
      .finally(() => {
        this.#round = undefined;
      });
    return this.#round;
  }

  async #askOnce(): Promise<void> {
    await this.#rounds.ask(nextQuestion(this.#wanted(), this.#snapshot));
    if (this.#closed) return;
    this.#roundMs = this.#moment().nowMs;
    this.#before = this.#snapshot;
    const snapshot = this.#retake();
    for (const { figures } of snapshot.groups.values()) this.trends.note(figures, snapshot.moment);
    const context = this.contextOf(snapshot);
    for (const listener of this.#snapshotListeners) listener(snapshot, context);
    this.#draw(snapshot, context);
  }

  #retake(): Snapshot {
    const { image } = this.#modules;
    const answers = this.#rounds.answers(this.#everyMs ?? watchedMs);
    const snapshot = takeSnapshot(image(), answers, this.#moment(), this.#before);
    this.#snapshot = snapshot;
    return snapshot;
  }

  #wanted(): Wanted {
    const { nowMs } = this.#moment();
    const namesIn = (wanted: Map<string, number>): string[] => {
      for (const [name, atMs] of wanted) if (nowMs - atMs > wantedMs) wanted.delete(name);
      return [...wanted.keys()];
    };
    const views = [...this.#watchers].map(({ view }) => view);
    return {
      topics: [...views.flatMap(({ topics }) => [...topics]), ...namesIn(this.#wantedTopics)],
      groups: [...views.flatMap(({ groups }) => [...groups]), ...namesIn(this.#wantedGroups)],
      topicsMax: 2 * pictureBounds.topics,
      groupsMax: 2 * pictureBounds.groups,
      producersMax: views.length > 0 ? pictureBounds.producers : 0,
    };
  }

  #draw(snapshot: Snapshot, context: WhysContext): void {
    if (this.#watchers.size === 0) return;
    this.#drawnMs = snapshot.moment.nowMs;
    const whys: readonly Why[] = whysOfCluster(snapshot, context, pictureBounds.whys);
    const { nodeId } = this.#options;
    for (const { view, show } of this.#watchers) {
      show(pictureOf(snapshot, view, { ...context, nodeId, whys }));
    }
  }

  /** What everybody waits to see is shown at once, with the figures that there are. */
  #imageChanged(delta: ImageDelta): void {
    const { brokersChanged, suspicionsChanged, controllerChanged, partitionsChanged } = delta;
    if (brokersChanged.size > 0 || suspicionsChanged.size > 0) {
      this.#states.note(this.#modules.image(), this.#modules.runtime.clock.nowMs());
    }
    const isNews =
      brokersChanged.size > 0 ||
      suspicionsChanged.size > 0 ||
      controllerChanged ||
      partitionsChanged.size > 0 ||
      delta.topicsDeleted.length > 0;
    if (!isNews || this.#watchers.size === 0 || this.#closed) return;
    this.#redraw();
  }

  /** Draws what is known, soon and not too often. */
  #redraw(): void {
    if (this.#isRedrawing) return;
    this.#isRedrawing = true;
    const afterMs = Math.max(0, this.#drawnMs + redrawMs - this.#moment().nowMs);
    this.#modules.runtime.timers.setTimer(afterMs, () => {
      this.#isRedrawing = false;
      if (this.#closed) return;
      const snapshot = this.#retake();
      this.#draw(snapshot, this.contextOf(snapshot));
    });
  }

  /** Nobody is shown anything any more. */
  close(): void {
    this.#closed = true;
    this.#stopListening();
    if (this.#timer !== undefined) this.#modules.runtime.timers.clearTimer(this.#timer);
    this.#watchers.clear();
    this.#rounds.close();
  }
}
