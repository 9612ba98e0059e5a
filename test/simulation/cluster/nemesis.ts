import type { RunningBroker } from '../../../src/broker/broker.ts';
import type { Client } from '../../../src/client/client.ts';
import type { ClusterImage, PartitionImage } from '../../../src/metadata/image.ts';
import { LiveImage } from '../../../src/metadata/live-image.ts';
import type { Prng } from '../../../src/runtime/simulated/prng.ts';
import { OdradekError } from '../../../src/util/odradek-error.ts';
import type { SimulatedCluster } from '../../broker/simulated-cluster.ts';
import type { History } from '../../history/history.ts';
import type { Chronicle } from './chronicle.ts';
import type { Counts } from './counts.ts';
import { Operator } from './operator.ts';
import { faultsMs, type FaultKind, type Plan } from './plan.ts';

/** What faults are done to, and who is told of them. */
export interface NemesisModules {
  readonly cluster: SimulatedCluster;
  readonly history: History;
  readonly chronicle: Chronicle;
  readonly counts: Counts;
  /** Whose network may be cut. */
  readonly clientHosts: readonly string[];
  readonly operator: Client;
  /** Told of what must not happen, whatever is done to a broker. */
  readonly defect: (error: unknown) => void;
}

/** A broker whose disk has failed or whose machine has lost power, until it is in sync again. */
interface Weak {
  readonly nodeId: number;
  /** Of the life that ended. */
  readonly epoch: number;
}

/**
 * Does to a cluster what its plan allows, one thing after the other, and takes each back after a while. It keeps
 * to what the promise is for: where records are not synced before they are acknowledged, one broker at a time
 * loses power or its disk, the next only once that one is in sync again.
 */
export class Nemesis {
  readonly #plan: Plan;
  readonly #modules: NemesisModules;
  readonly #nodeIds: readonly number[];
  readonly #running = new Map<number, RunningBroker>();
  /** In the midst of a start or of an orderly stop. */
  readonly #busy = new Set<number>();
  /** What takes back the faults that last. */
  readonly #undo = new Set<() => void>();
  readonly #operator: Operator;
  #weak: Weak | undefined;
  #isOver = false;

  constructor(plan: Plan, modules: NemesisModules) {
    this.#plan = plan;
    this.#modules = modules;
    this.#nodeIds = Array.from({ length: plan.brokerCount }, (_, i) => i + 1);
    this.#operator = new Operator({
      ...modules,
      client: modules.operator,
      nodeIds: this.#nodeIds,
      image: () => this.#image(),
      crashSoon: (candidates) => this.#crashSoon(candidates),
    });
    for (const nodeId of this.#nodeIds) this.#running.set(nodeId, modules.cluster.broker(nodeId));
  }

  /** The broker where it runs, has been let in, and is not about to stop. */
  running(nodeId: number): RunningBroker | undefined {
    return this.#busy.has(nodeId) ? undefined : this.#running.get(nodeId);
  }

  get #random(): Prng {
    return this.#modules.cluster.simulation.random;
  }

  /** Has faults happen from here on. */
  start(): void {
    const { simulation } = this.#modules.cluster;
    simulation.after(50 + this.#random.below(this.#plan.faultEveryMsMax), () => {
      if (this.#isOver || simulation.elapsedMs > faultsMs) return;
      this.#cause(this.#anyKind());
      this.start();
    });
  }

  /** Takes everything back, and starts who is down. */
  heal(): void {
    this.#isOver = true;
    for (const undo of this.#undo) undo();
    this.#tell('everything is healed', []);
    for (const nodeId of this.#nodeIds) this.#start(nodeId);
  }

  #anyKind(): FaultKind {
    const { faults } = this.#plan;
    let at = this.#random.below(faults.reduce((sum, { weight }) => sum + weight, 0));
    for (const { kind, weight } of faults) {
      if (at < weight) return kind;
      at -= weight;
    }
    return 'crash';
  }

  #any<T>(from: readonly T[]): T {
    return from[this.#random.below(from.length)] as T;
  }

  /** The image as the store has it now. */
  #image(): ClusterImage {
    return storedImage(this.#modules.cluster);
  }

  #tell(what: string, nodes: readonly number[]): void {
    this.#modules.history.add({ kind: 'fault', what, nodes });
    this.#modules.chronicle.add('FAULT', nodes.length > 0 ? `${what}: ${nodes.join(' ')}` : what);
  }

  /** Does something later, or when everything is healed. */
  #later(delayMs: number, undo: () => void): void {
    const once = (): void => {
      if (this.#undo.delete(once)) undo();
    };
    this.#undo.add(once);
    this.#modules.cluster.simulation.after(delayMs, once);
  }

  /** Some tenths of a second or some seconds, either as likely. */
  #aWhile(longestMs: number): number {
    return this.#random.below(2) === 0
      ? 20 + this.#random.below(400)
      : this.#random.below(longestMs);
  }

  #cause(kind: FaultKind): void {
    const nodeId = this.#any(this.#nodeIds);
    switch (kind) {
      case 'crash':
        return this.#crash(this.#victim());
      case 'crash of all':
        for (const id of this.#nodeIds) this.#crash(id);
        return;
      case 'power loss':
        return this.#losePower(this.#victim());
      case 'power loss of all':
        for (const id of this.#nodeIds) this.#losePower(id);
        return;
      case 'orderly stop':
        return this.#stop(nodeId);
      case 'pause':
        return this.#pause(this.#victim());
      case 'reassignment':
        return this.#operator.reassign();
      case 'drain':
        return this.#operator.drain(nodeId);
      case 'leader moves':
        return this.#operator.moveLeaders();
      default:
        this.#causeAround(kind, nodeId);
    }
  }

  /** What happens around a process. */
  #causeAround(kind: FaultKind, nodeId: number): void {
    switch (kind) {
      case 'cut':
      case 'cut in one direction':
        return this.#cut([nodeId], kind === 'cut');
      case 'isolation':
        return this.#isolate(nodeId);
      case 'clients cut off':
        return this.#cutClients();
      case 'store cut off':
        return this.#cutStore([nodeId]);
      case 'store outage':
        return this.#cutStore(this.#nodeIds);
      case 'store history compacted':
        this.#tell('the store forgets its history', []);
        return this.#modules.cluster.store.compact();
      default:
        this.#causeOnMachine(kind, nodeId);
    }
  }

  #causeOnMachine(kind: FaultKind, nodeId: number): void {
    const { simulation } = this.#modules.cluster;
    switch (kind) {
      case 'slow disk':
      case 'full disk':
      case 'failed writes':
        return this.#hinderDisk(kind, nodeId);
      case 'failed disk':
        return this.#failDisk(nodeId);
      case 'wrong clock': {
        const byMs = this.#random.below(3_000_000) - 1_500_000;
        this.#modules.counts.clockFaults++;
        this.#tell(`the wall clock moves by ${byMs} ms`, [nodeId]);
        return simulation.shiftClock(host(nodeId), byMs);
      }
      case 'skewed clock': {
        const rate = this.#random.between(0.99, 1.01);
        this.#modules.counts.clockFaults++;
        this.#tell(`clocks go at ${rate.toFixed(4)} times their speed`, [nodeId]);
        return simulation.setClockRate(host(nodeId), rate);
      }
      default:
    }
  }

  /** Often whoever has the most to do: the controller, or a leader. */
  #victim(): number {
    const { controllerId, topicsByName } = this.#image();
    const choice = this.#random.below(4);
    if (choice === 0 && this.#nodeIds.includes(controllerId)) return controllerId;
    const leaders = [...topicsByName.values()].flatMap(({ partitions }) =>
      partitions.map(({ leader }) => leader).filter((leader) => leader >= 0),
    );
    return choice === 1 && leaders.length > 0 ? this.#any(leaders) : this.#any(this.#nodeIds);
  }

  #crash(nodeId: number): void {
    const { cluster, counts } = this.#modules;
    if (!cluster.simulation.isUp(host(nodeId))) return;
    counts.crashes++;
    this.#noteCutReassignment(nodeId);
    this.#tell('the process is killed', [nodeId]);
    this.#gone(nodeId);
    cluster.crash(nodeId);
    this.#later(this.#aWhile(8000), () => this.#start(nodeId));
  }

  /** As likely as not, somebody crashes in the midst of what was just begun. */
  #crashSoon(candidates: readonly number[]): void {
    if (this.#random.below(2) === 0) return;
    this.#modules.cluster.simulation.after(this.#random.below(600), () => {
      const victim = this.#any(candidates);
      if (this.#nodeIds.includes(victim) && !this.#isOver) this.#crash(victim);
    });
  }

  #losePower(nodeId: number): void {
    if (!this.#mayBeWeak(nodeId)) return;
    this.#modules.counts.powerLosses++;
    this.#noteCutReassignment(nodeId);
    this.#tell('the machine loses power', [nodeId]);
    this.#gone(nodeId);
    this.#modules.cluster.powerLoss(nodeId);
    this.#later(this.#aWhile(8000), () => this.#start(nodeId));
  }

  #gone(nodeId: number): void {
    this.#running.delete(nodeId);
    this.#busy.delete(nodeId);
  }

  /** Whether what is not synced on a broker may go, and its disk with it: it counts as weak from here on. */
  #mayBeWeak(nodeId: number): boolean {
    if (this.#plan.isFlushed) return true;
    const image = this.#image();
    if (this.#weak !== undefined && !isWhole(image, this.#weak)) return false;
    this.#weak = { nodeId, epoch: image.brokers.get(nodeId)?.epoch ?? -1 };
    return true;
  }

  #noteCutReassignment(nodeId: number): void {
    const { controllerId, topicsByName } = this.#image();
    const isCut = ({ addingReplicas, removingReplicas, replicas }: PartitionImage): boolean =>
      addingReplicas.length + removingReplicas.length > 0 &&
      (nodeId === controllerId || replicas.includes(nodeId));
    if ([...topicsByName.values()].some(({ partitions }) => partitions.some(isCut)))
      this.#modules.counts.reassignmentsCut++;
  }

  /** A start may fail, when the store is away or the disk is full: it is tried again. */
  #start(nodeId: number): void {
    const { cluster, defect } = this.#modules;
    if (cluster.simulation.isUp(host(nodeId))) return;
    this.#modules.chronicle.add(`broker${nodeId}`, 'starts');
    this.#busy.add(nodeId);
    cluster.begin(nodeId).then(
      (broker) => {
        this.#running.set(nodeId, broker);
        this.#busy.delete(nodeId);
        this.#modules.chronicle.add(`broker${nodeId}`, 'serves');
      },
      (error: unknown) => {
        if (!(error instanceof OdradekError)) return defect(error);
        this.#modules.chronicle.add(`broker${nodeId}`, `does not start: ${error.message}`);
        this.#gone(nodeId);
        cluster.crash(nodeId);
        this.#later(300, () => this.#start(nodeId));
      },
    );
  }

  #stop(nodeId: number): void {
    const { cluster, counts, defect } = this.#modules;
    const broker = this.running(nodeId);
    if (broker === undefined) return;
    counts.orderlyStops++;
    this.#noteCutReassignment(nodeId);
    this.#tell('it is stopped in order', [nodeId]);
    this.#busy.add(nodeId);
    broker.stop().then(() => {
      this.#gone(nodeId);
      this.#modules.chronicle.add(`broker${nodeId}`, 'has stopped');
      cluster.crash(nodeId);
      this.#later(this.#aWhile(4000), () => this.#start(nodeId));
      if (this.#isOver) this.#start(nodeId);
    }, defect);
  }

  #pause(nodeId: number): void {
    const { cluster, counts } = this.#modules;
    if (!cluster.simulation.isUp(host(nodeId))) return;
    counts.pauses++;
    this.#tell('the process is paused', [nodeId]);
    cluster.pause(nodeId);
    this.#later(this.#aWhile(12_000), () => {
      this.#tell('it goes on', [nodeId]);
      cluster.resume(nodeId);
    });
  }

  /** Cuts brokers off from one other, or the other from them. */
  #cut(nodeIds: readonly number[], isBothWays: boolean): void {
    const { simulation } = this.#modules.cluster;
    const other = this.#any(this.#nodeIds.filter((id) => !nodeIds.includes(id)));
    this.#modules.counts.cuts++;
    this.#tell(`nothing passes ${isBothWays ? 'between' : 'from the first to the second of'}`, [
      ...nodeIds,
      other,
    ]);
    for (const id of nodeIds) {
      if (isBothWays) simulation.cut(host(id), host(other));
      else simulation.cutOneWay(host(id), host(other));
    }
    this.#later(this.#aWhile(8000), () => {
      for (const id of nodeIds) simulation.heal(host(id), host(other));
      this.#tell('their network is healed', [...nodeIds, other]);
    });
  }

  /** Cuts a broker off from the others, and from the store and the clients as chance has it. */
  #isolate(nodeId: number): void {
    const { cluster, clientHosts, counts } = this.#modules;
    const { simulation } = cluster;
    const isStoreCut = this.#random.below(2) === 0;
    const peers = this.#nodeIds.filter((id) => id !== nodeId).map(host);
    const cutOff = this.#random.below(3) === 0 ? [...peers, ...clientHosts] : peers;
    const direction = this.#random.below(3);
    counts.cuts++;
    const words = [
      'cut off from the others',
      ...(direction === 1 ? ['in what it sends'] : direction === 2 ? ['in what it is sent'] : []),
      ...(cutOff === peers ? [] : ['and the clients']),
      ...(isStoreCut ? ['and the store'] : []),
    ];
    this.#tell(words.join(' '), [nodeId]);
    for (const other of cutOff) {
      if (direction === 0) simulation.cut(host(nodeId), other);
      else if (direction === 1) simulation.cutOneWay(host(nodeId), other);
      else simulation.cutOneWay(other, host(nodeId));
    }
    if (isStoreCut) cluster.store.setReachable(host(nodeId), false);
    this.#later(this.#aWhile(12_000), () => {
      for (const other of cutOff) simulation.heal(host(nodeId), other);
      if (isStoreCut) cluster.store.setReachable(host(nodeId), true);
      this.#tell('cut off no more', [nodeId]);
    });
  }

  #cutClients(): void {
    const { cluster, clientHosts, counts } = this.#modules;
    const client = this.#any(clientHosts);
    const some = this.#random.below(2) === 0 ? this.#nodeIds : [this.#any(this.#nodeIds)];
    counts.cuts++;
    this.#tell(`${client} is cut off from`, some);
    for (const id of some) cluster.simulation.cut(client, host(id));
    this.#later(this.#aWhile(4000), () => {
      for (const id of some) cluster.simulation.heal(client, host(id));
      this.#tell(`${client} is cut off no more from`, some);
    });
  }

  #cutStore(nodeIds: readonly number[]): void {
    const { store } = this.#modules.cluster;
    const isOutage = nodeIds.length > 1;
    if (isOutage) this.#modules.counts.storeOutages++;
    else this.#modules.counts.cuts++;
    this.#tell('cut off from the store', nodeIds);
    for (const id of nodeIds) store.setReachable(host(id), false);
    // A store that was away because it had no leader gives every lease its time again.
    const electsLeader = isOutage && this.#random.below(2) === 0;
    this.#later(this.#aWhile(10_000), () => {
      if (electsLeader) store.electLeader();
      for (const id of nodeIds) store.setReachable(host(id), true);
      this.#tell('the store is reached again', nodeIds);
    });
  }

  #hinderDisk(kind: 'slow disk' | 'full disk' | 'failed writes', nodeId: number): void {
    const disk = this.#modules.cluster.simulation.disk(host(nodeId));
    this.#modules.counts.diskFaults++;
    switch (kind) {
      case 'slow disk': {
        const times = 10 + this.#random.below(200);
        this.#tell(`the disk is ${times} times slower`, [nodeId]);
        disk.setSlowness(times);
        return this.#later(this.#aWhile(6000), () => disk.setSlowness(1));
      }
      case 'full disk':
        this.#tell('the disk is full', [nodeId]);
        // As much as there is, and a little more.
        disk.setCapacity(1e12);
        disk.setCapacity(1e12 - disk.budget.leftBytes + this.#random.below(3000));
        return this.#later(this.#aWhile(3000), () => disk.setCapacity(Number.POSITIVE_INFINITY));
      case 'failed writes': {
        const times = 1 + this.#random.below(3);
        this.#tell(`${times} writes fail`, [nodeId]);
        const takeBack = disk.inject({ operation: 'write', code: 'DISK_FULL', times });
        return this.#later(3000, takeBack);
      }
    }
  }

  /** The log directory goes offline with the next write; the machine gets it back with a restart. */
  #failDisk(nodeId: number): void {
    const { cluster, counts } = this.#modules;
    if (this.running(nodeId) === undefined || !this.#mayBeWeak(nodeId)) return;
    counts.diskFaults++;
    this.#tell('the disk fails', [nodeId]);
    const operation = this.#random.below(2) === 0 ? 'write' : 'sync';
    const fault = { operation, path: '/data', code: 'IO_ERROR', times: Infinity } as const;
    const takeBack = cluster.simulation.disk(host(nodeId)).inject(fault);
    this.#later(500 + this.#random.below(4000), () => {
      takeBack();
      if (!cluster.simulation.isUp(host(nodeId))) return;
      this.#tell('it is restarted with its disk mended', [nodeId]);
      this.#gone(nodeId);
      cluster.crash(nodeId);
      this.#start(nodeId);
    });
  }
}

/** The image as a store has it now. */
export function storedImage({ store }: SimulatedCluster): ClusterImage {
  const image = new LiveImage();
  image.load(store.readNow('odradek/'));
  return image;
}

/** The host that a broker runs on. */
function host(nodeId: number): string {
  return `broker${nodeId}`;
}

/** Whether a broker has come back, and is in sync with all that it is a replica of. */
function isWhole({ brokers, topicsByName }: ClusterImage, { nodeId, epoch }: Weak): boolean {
  const broker = brokers.get(nodeId);
  if (broker === undefined || broker.fenced || broker.epoch <= epoch) return false;
  return [...topicsByName.values()].every(({ partitions }) =>
    partitions.every(({ replicas, isr }) => !replicas.includes(nodeId) || isr.includes(nodeId)),
  );
}
