import type { ImageDelta, PartitionImage, TopicImage } from '../../../src/metadata/image.ts';
import { LiveImage } from '../../../src/metadata/live-image.ts';
import type { SimulatedCluster } from '../../broker/simulated-cluster.ts';
import type { Chronicle } from './chronicle.ts';
import type { Counts } from './counts.ts';

/** Follows the cluster's metadata commit by commit, counts what changes and tells of it. */
export class ImageWatch {
  readonly #cluster: SimulatedCluster;
  readonly #chronicle: Chronicle;
  readonly #counts: Counts;
  readonly #image = new LiveImage();
  /** As they were told last, by topic id and index. */
  readonly #states = new Map<string, PartitionImage>();
  #controller = -1;

  constructor(modules: { cluster: SimulatedCluster; chronicle: Chronicle; counts: Counts }) {
    this.#cluster = modules.cluster;
    this.#chronicle = modules.chronicle;
    this.#counts = modules.counts;
  }

  start(): void {
    const { store } = this.#cluster;
    const snapshot = store.readNow('odradek/');
    this.#tell(this.#image.load(snapshot));
    store.watch('observer', 'odradek/', snapshot.revision + 1, {
      onCommit: (revision, changes) => this.#tell(this.#image.apply(revision, changes)),
      onCompacted: () => this.start(),
    });
  }

  #tell(delta: ImageDelta): void {
    if (this.#image.controllerId !== this.#controller) {
      this.#controller = this.#image.controllerId;
      this.#chronicle.add('store', `the controller is ${this.#controller}`);
    }
    for (const nodeId of delta.brokersChanged) this.#tellBroker(nodeId);
    for (const [topic, indexes] of delta.partitionsChanged) {
      for (const index of indexes) this.#tellPartition(topic, index);
    }
  }

  #tellBroker(nodeId: number): void {
    const broker = this.#image.brokers.get(nodeId);
    const words = [];
    if (broker === undefined) words.push('is gone');
    else {
      words.push(`epoch ${broker.epoch}`);
      if (!broker.live) words.push('without a lease');
      else if (broker.fenced) words.push('fenced');
      if (broker.stopping) words.push('stopping');
      if (broker.uncleanShutdown) words.push('unclean');
    }
    this.#chronicle.add('store', `broker ${nodeId}: ${words.join(', ')}`);
  }

  #tellPartition(topic: TopicImage, index: number): void {
    const state = topic.partitions[index];
    const key = `${topic.id}:${index}`;
    const before = this.#states.get(key);
    if (state === undefined) return;
    this.#states.set(key, state);
    this.#count(before, state);
    const { leader, leaderEpoch, isr, elr, replicas, addingReplicas, removingReplicas } = state;
    const words = [`leader ${leader} epoch ${leaderEpoch}, in sync ${isr.join(' ')}`];
    if (elr.length > 0) words.push(`eligible ${elr.join(' ')}`);
    if (state.lastKnownElr.length > 0) words.push(`led last by ${state.lastKnownElr.join(' ')}`);
    if (before === undefined || before.replicas.join() !== replicas.join())
      words.push(`replicas ${replicas.join(' ')}`);
    if (addingReplicas.length + removingReplicas.length > 0)
      words.push(`adding ${addingReplicas.join(' ')} removing ${removingReplicas.join(' ')}`);
    this.#chronicle.add('store', words.join(', '), { topic: topic.name, partition: index });
  }

  #count(before: PartitionImage | undefined, after: PartitionImage): void {
    if (before === undefined) return;
    if (after.leader >= 0 && after.leader !== before.leader) this.#counts.leaderChanges++;
    if (before.isr.some((id) => !after.isr.includes(id))) this.#counts.shrinks++;
    if (after.isr.some((id) => !before.isr.includes(id))) this.#counts.growths++;
    const wasMoving = before.addingReplicas.length + before.removingReplicas.length > 0;
    const isMoving = after.addingReplicas.length + after.removingReplicas.length > 0;
    if (wasMoving && !isMoving) this.#counts.reassignmentsEnded++;
  }
}
