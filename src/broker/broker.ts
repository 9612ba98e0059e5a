import { AnswerMemory } from '../apis/answer-memory.ts';
import { TopicFilters } from '../apis/filtered/topic-filters.ts';
import { FetchSessions } from '../apis/fetch-sessions.ts';
import { ownApis, servedApis } from '../apis/index.ts';
import { makeTopics } from '../apis/make-topics.ts';
import type { ApiServices } from '../apis/services.ts';
import type { BrokerConfig } from '../config/broker-config.ts';
import type { ConfigLayers } from '../config/config-layers.ts';
import type { ControllerSettings } from '../controller/controller-settings.ts';
import type { CreateTopicResult, NewTopic } from '../controller/create-topics.ts';
import { mayLackRecords } from '../controller/register-broker.ts';
import { emptyConfig, type ClusterImage, type ListenerImage } from '../metadata/image.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { TimerWheel } from '../runtime/timer-wheel.ts';
import { LogManager } from '../storage/log-manager.ts';
import { must } from '../util/assert.ts';
import { isError } from '../util/is-error.ts';
import type { Logger } from '../util/logger.ts';
import { adoptLogs } from './adopt-logs.ts';
import { BrokerSettings } from './broker-settings.ts';
import type { BrokerModules, BrokerSetup } from './broker-setup.ts';
import { clusterIdOf } from './cluster-identity.ts';
import { ClusterMetadata } from './cluster-metadata.ts';
import { Contention } from './contention.ts';
import { Dispatcher } from './dispatch.ts';
import { OwnFigures } from './figures/own-figures.ts';
import { GroupCoordinators } from './group-coordinators.ts';
import { newGroupCoordinator } from './new-group-coordinator.ts';
import { guardedTimers } from './guarded-timers.ts';
import { Listeners } from './listeners.ts';
import { cleanerSettings, logManagerLimits } from './log-manager-limits.ts';
import { requireJournalOf } from './metadata-directory.ts';
import { openStore, sharedStore, storeFiles, type OpenedStore } from './open-store.ts';
import { Partitions } from './partitions.ts';
import { PeerViews } from './peer-views.ts';
import { ReplicaManager } from './replica-manager.ts';
import { Membership } from './membership/membership.ts';
import { advertisedAddresses, ownLogs, ownRegistration } from './registration.ts';
import { RequestMemory } from './request-memory.ts';
import { runAll } from './run-all.ts';
import { waitUntil } from './wait-until.ts';

/**
 * A broker: the composition root of everything behind its listeners. It is started once and stopped once.
 *
 * Started in this order: locks and metadata, logs, listeners bound, registered, partitions, connections let
 * in. What was taken is given back when a step fails.
 */
export class RunningBroker {
  readonly #setup: BrokerSetup;
  readonly #runtime: Runtime;
  readonly #logger: Logger;
  readonly #wheel: TimerWheel;
  readonly #listeners: Listeners;
  readonly #memory: RequestMemory;
  readonly #answerMemory: AnswerMemory;
  /** What it counts of itself. */
  readonly figures: OwnFigures;
  readonly #settings: BrokerSettings;
  #opened: OpenedStore | undefined;
  #metadata: ClusterMetadata | undefined;
  #membership: Membership | undefined;
  #logManager: LogManager | undefined;
  #partitions: Partitions | undefined;
  #groups: GroupCoordinators | undefined;
  #replicas: ReplicaManager | undefined;
  #apiServices: ApiServices | undefined;
  #advertised: readonly ListenerImage[] = [];
  #stopping: Promise<void> | undefined;
  /** The defect that stopped it. */
  #brokenBy: { readonly error: unknown } | undefined;
  readonly #closed = Promise.withResolvers<void>();

  private constructor(setup: BrokerSetup, modules: BrokerModules) {
    this.#setup = setup;
    const timers = guardedTimers(modules.runtime.timers, (error) => this.#defect(error));
    this.#runtime = { ...modules.runtime, timers };
    this.#logger = modules.logger;
    if (modules.store !== undefined) this.#opened = sharedStore(modules.store);
    this.#settings = new BrokerSettings(setup.values);
    this.#wheel = new TimerWheel({}, this.#runtime);
    this.figures = new OwnFigures({ runtime: this.#runtime, broker: this });
    const contention = new Contention({
      wheel: this.#wheel,
      isContended: () => this.#memory.isContended || this.#answerMemory.isContended,
      look: () => this.#listeners.closeSlow(),
    });
    const onContended = (): void => contention.begin();
    this.#memory = new RequestMemory(this.config.queuedMaxRequestBytes, onContended);
    this.#answerMemory = new AnswerMemory(this.config.queuedMaxAnswerBytes, onContended);
    this.#listeners = new Listeners({
      network: modules.runtime.network,
      logger: modules.logger,
      config: () => this.config,
      defect: (error) => this.#defect(error),
    });
    this.#closed.promise.catch(() => {});
  }

  /** Starts a broker; rejects with the `OdradekError` of the step that failed, and leaves nothing behind. */
  static async start(setup: BrokerSetup, modules: BrokerModules): Promise<RunningBroker> {
    const broker = new RunningBroker(setup, modules);
    try {
      await broker.#start();
      if (broker.#brokenBy !== undefined) throw broker.#brokenBy.error;
    } catch (error) {
      // A defect meanwhile has torn down what there was then.
      await broker.#stopping;
      await broker.#tearDown(broker.#brokenBy === undefined ? 'undo' : 'abandon');
      throw broker.#brokenBy?.error ?? error;
    }
    return broker;
  }

  get config(): BrokerConfig {
    return this.#settings.config;
  }

  /** What was set for it, by where. */
  get configLayers(): ConfigLayers {
    return this.#settings.layers;
  }

  get clusterId(): string {
    return must(this.#metadata).image.clusterId;
  }

  /** The addresses that clients are told, in the order of the listeners. */
  get addresses(): readonly ListenerImage[] {
    return this.#advertised;
  }

  get metadata(): ClusterMetadata {
    return must(this.#metadata);
  }

  get partitions(): Partitions {
    return must(this.#partitions);
  }

  get groups(): GroupCoordinators {
    return must(this.#groups);
  }

  get topicFilters(): TopicFilters {
    return must(this.#apiServices).topicFilters;
  }

  get logManager(): LogManager {
    return must(this.#logManager);
  }

  get connectionCount(): number {
    return this.#listeners.connectionCount;
  }

  /** What waits on the timer wheel: long polls, and the watchdogs of connections. */
  get timersWaiting(): number {
    return this.#wheel.size;
  }

  /** Bytes of requests that are received and not yet answered. */
  get requestBytes(): number {
    return this.#memory.reservedBytes;
  }

  /** Bytes that are kept in memory for answers whose clients have not read them. */
  get answerBytes(): number {
    return this.#answerMemory.heldBytes;
  }

  /** Whether it may answer as a leader: nobody can have been elected in its place. */
  get mayLead(): boolean {
    return this.#membership?.mayLead() === true;
  }

  /** Whether it stops or has stopped, for whatever reason. */
  get isStopping(): boolean {
    return this.#stopping !== undefined;
  }

  /** Resolves once the broker has stopped, rejects when a defect stopped it. */
  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  async #start(): Promise<void> {
    const logManager = await this.#openLogs();
    const bound = await this.#listeners.bind();
    this.#advertised = advertisedAddresses(this.config.advertisedListeners, bound);
    await this.#join(logManager);
    const services = this.#services(logManager);
    this.#apiServices = services;
    this.#listeners.open({
      ...this.#runtime,
      wheel: this.#wheel,
      dispatcher: new Dispatcher({ served: servedApis, own: ownApis }, services),
      figures: this.figures.requests,
      memory: this.#memory,
      answerMemory: this.#answerMemory,
      logger: this.#logger,
      config: () => this.config,
      defect: services.defect,
    });
  }

  /** Locks the directories, reads the metadata in them, and opens the logs. */
  async #openLogs(): Promise<LogManager> {
    this.#logManager = await LogManager.start(
      {
        directories: this.#setup.directories,
        nodeId: this.config.nodeId,
        temporary: this.#setup.temporary,
        inMemory: this.#setup.inMemory === true,
        leaveAlone: storeFiles,
        configOf: (topic) => {
          const known = must(this.#metadata).image.topicsByName.get(topic);
          if (known !== undefined) return this.#settings.logConfig(known.config);
          // Another broker's, to be adopted: it may be compacted, and its gaps are then no damage.
          return { ...this.#settings.logConfig(emptyConfig), cleanupPolicyCompact: true };
        },
        topicIdOf: (topic) => this.metadata.image.topicsByName.get(topic)?.id,
        mayLackRecords: (directories) => {
          const before = this.metadata.image.brokers.get(this.config.nodeId);
          return mayLackRecords(before, ownLogs(directories, this.#runtime.files));
        },
        onLocked: async ({ clusterId }) => this.#openMetadata(clusterId),
        cleaner: () => cleanerSettings(this.config),
        limits: logManagerLimits(this.config),
      },
      { runtime: this.#runtime, logger: this.#logger },
    );
    return this.#logManager;
  }

  /** Answers the cluster that the metadata is of, if any; `clusterId` is that of the log directories. */
  async #openMetadata(clusterId: string | undefined): Promise<string | undefined> {
    const modules = { runtime: this.#runtime, logger: this.#logger };
    this.#opened ??= await openStore(this.#setup, this.config, modules);
    const { store, isShared } = this.#opened;
    this.#metadata = await ClusterMetadata.open(
      {
        onDelta: (delta, image) => {
          try {
            if (delta.brokerConfigsChanged.size > 0) this.#reconfigure();
            this.#membership?.imageChanged(delta);
            this.#partitions?.apply(delta, image);
            this.#groups?.topicsChanged(delta);
            this.#apiServices?.topicFilters.imageChanged(delta);
          } catch (error) {
            this.#defect(error);
          }
        },
        onFailure: (error) => this.#defect(error),
      },
      { store, timers: this.#runtime.timers },
    );
    this.#reconfigure();
    const { random } = this.#runtime;
    const ofMetadata = await clusterIdOf(this.#metadata, clusterId, { ...this.#opened, random });
    if (!isShared) requireJournalOf(this.#setup.metadataDirectory, ofMetadata, clusterId);
    return ofMetadata;
  }

  /** Adopts what was found on disk, registers, and takes up the partitions. */
  async #join(logManager: LogManager): Promise<void> {
    const metadata = this.metadata;
    if (metadata.image.clusterId === '') {
      const whose = { nodeId: this.config.nodeId, address: must(this.#advertised[0]) };
      await adoptLogs(whose, { ...this.#runtime, logManager, metadata, logger: this.#logger });
    }
    await metadata.removeLeftovers();
    this.#membership = this.#newMembership(logManager, metadata);
    await this.#membership.join();
    this.#groups = this.#groupCoordinators(metadata);
    this.#replicas = this.#replicaManager(metadata);
    this.#partitions = new Partitions(
      { nodeId: this.config.nodeId, isShared: must(this.#opened).isShared },
      {
        ...this.#runtime,
        limits: { decompressedBytesMax: this.config.decompressedBatchMaxBytes },
        defect: (error) => this.#defect(error),
        logManager,
        logger: this.#logger,
        logConfig: (topic) => this.#settings.logConfig(topic.config),
        replication: this.#replicas.replication,
        listeners: [this.#replicas, this.#groups],
      },
    );
    await this.#partitions.load(metadata.image);
    await this.#opened?.claim(logManager);
  }

  /** What several parts have of the broker around them. */
  #surroundings(metadata: ClusterMetadata) {
    return {
      runtime: this.#runtime,
      logger: this.#logger,
      config: (): BrokerConfig => this.config,
      image: (): ClusterImage => metadata.image,
      mayLead: (): boolean => this.mayLead,
      settings: (): ControllerSettings => this.#settings.ofController,
      defect: (error: unknown): void => this.#defect(error),
    };
  }

  #newMembership(logManager: LogManager, metadata: ClusterMetadata): Membership {
    const { store, isShared } = must(this.#opened);
    const listeners = this.#advertised;
    return new Membership(
      { nodeId: this.config.nodeId, isShared },
      {
        ...this.#surroundings(metadata),
        store,
        metadata,
        registration: ownRegistration(
          { config: this.config, listeners, figuresSecret: this.figures.secret },
          { logManager, files: this.#runtime.files },
        ),
        suspended: () => this.#partitions?.suspend(),
      },
    );
  }

  #replicaManager(metadata: ClusterMetadata): ReplicaManager {
    const membership = must(this.#membership);
    return new ReplicaManager(
      { nodeId: this.config.nodeId },
      {
        ...this.#surroundings(metadata),
        metadata,
        brokerEpoch: () => membership.epoch,
      },
    );
  }

  #groupCoordinators(metadata: ClusterMetadata): GroupCoordinators {
    const surroundings = { ...this.#runtime, ...this.#surroundings(metadata) };
    return new GroupCoordinators(
      { nodeId: this.config.nodeId },
      {
        ...surroundings,
        wheel: this.#wheel,
        create: newGroupCoordinator(surroundings),
        createTopics: (topics) => this.createTopics(topics),
      },
    );
  }

  #services(logManager: LogManager): ApiServices {
    const currentConfig = (): BrokerConfig => this.config;
    const { maxIncrementalFetchSessionCacheSlots: slots, filterCacheBytes: cacheBytes } =
      this.config;
    const { metadata, partitions } = this;
    return {
      get config() {
        return currentConfig();
      },
      nodeId: this.config.nodeId,
      clusterId: this.clusterId,
      ...this.#runtime,
      wheel: this.#wheel,
      logger: this.#logger,
      partitions,
      selectReplica: (...asked) => must(this.#replicas).selectReplica(...asked),
      leaderThrottle: must(this.#replicas).leaderThrottle,
      logManager,
      metadata,
      mayLead: () => this.mayLead,
      peers: new PeerViews({ nodeId: this.config.nodeId }, this.#surroundings(metadata)),
      groups: this.groups,
      figures: this.figures,
      fetchSessions: new FetchSessions({ slots }, this.#runtime),
      topicFilters: new TopicFilters(
        { cacheBytes },
        { ...this.#runtime, ...this.#surroundings(metadata) },
      ),
      answerMemory: this.#answerMemory,
      served: servedApis,
      configLayers: () => this.#settings.layers,
      controllerSettings: () => this.#settings.ofController,
      image: () => metadata.image,
      currentLeader: (...partition) => metadata.currentLeader(...partition),
      defect: (error) => this.#defect(error),
    };
  }

  /** Makes topics, and waits until they can be used. A result for each name. */
  createTopics(topics: readonly NewTopic[]): Promise<readonly CreateTopicResult[]> {
    return makeTopics(must(this.#apiServices), topics, { validateOnly: false });
  }

  /** Takes up what was set at run time for this broker or for all. */
  #reconfigure(): void {
    this.#settings.take(this.metadata.image);
    this.#logManager?.cleaner.settingsChanged();
  }

  /** A broken invariant: this broker stops as if it had crashed; the process and its other brokers live. */
  #defect(error: unknown): void {
    this.#logger.error('a defect stops this broker', {
      error: isError(error) ? (error.stack ?? error.message) : String(error),
    });
    if (this.#stopping !== undefined) return;
    this.#brokenBy = { error };
    this.#closed.reject(error);
    this.#stopping = this.#tearDown('abandon');
  }

  /** The whole cluster is about to stop: this broker hands nothing over, and takes nobody for dead. */
  retire(): void {
    this.#membership?.retire();
  }

  /**
   * Stops in order. Settles once for all calls. With `discard`, nothing is written that only a next start
   * would need: what was asked is answered all the same.
   */
  stop(options: { readonly discard?: boolean } = {}): Promise<void> {
    this.#stopping ??= this.#stop(options.discard === true ? 'abandon' : 'stop');
    return this.#stopping;
  }

  async #stop(how: 'stop' | 'abandon'): Promise<void> {
    if (how === 'stop') await this.#membership?.handOver();
    await this.#listeners.drain();
    this.#partitions?.endWaits({ acks: this.#membership?.isRetired === true });
    this.#groups?.drain();
    await this.#answered();
    this.#groups?.close();
    this.#replicas?.close();
    this.#partitions?.close();
    this.#listeners.closeConnections('end');
    await this.#turn();
    await this.#tearDown(how);
    this.#closed.resolve();
  }

  /** Waits until every request that was begun is answered, for `odradek.shutdown.drain.ms` at most. */
  async #answered(): Promise<void> {
    await this.#turn();
    await waitUntil(() => this.#listeners.idle, this.config.shutdownDrainMs, this.#runtime);
  }

  #turn(): Promise<void> {
    return new Promise((resolve) => {
      this.#runtime.timers.atTurnEnd(resolve);
    });
  }

  /**
   * Gives back all that was taken, in order or as a crash leaves it; `undo` is for a start that fails, and takes
   * away the directories that it made. Never fails.
   */
  async #tearDown(how: 'stop' | 'abandon' | 'undo'): Promise<void> {
    await runAll(this.#logger, [
      () => this.#listeners.drain(),
      () => this.#listeners.closeConnections('destroy'),
      () => this.#groups?.close(),
      () => this.#replicas?.close(),
      () => this.figures.close(),
      () => this.#apiServices?.peers.close(),
      () => this.#partitions?.close(),
      () => (how === 'stop' ? this.#membership?.leave() : undefined),
      () => this.#membership?.close(),
      () => this.#metadata?.close(),
      () => this.#opened?.store.close(),
      () => this.#opened?.release({ discardNew: how === 'undo' }),
      () =>
        how === 'stop'
          ? this.#logManager?.stop({ brokerEpoch: this.#membership?.epoch ?? -1 })
          : this.#logManager?.abandon({ discardNew: how === 'undo' }),
      () => this.#runtime.background.close(),
      () => this.#wheel.close(),
    ]);
  }
}
