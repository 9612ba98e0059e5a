import { assert, must } from '../../util/assert.ts';
import { runInTurns } from '../node/macrotasks.ts';
import type { Runtime } from '../runtime.ts';
import { HostClock } from './host-clock.ts';
import { Prng } from './prng.ts';
import { type EventOwner, Scheduler } from './scheduler.ts';
import { SimulatedDisk } from './simulated-disk.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { SimulatedProcess } from './simulated-process.ts';

/** Options of `createSimulation`. */
export interface SimulationOptions {
  /** Decides everything that chance decides. */
  readonly seed: number | string;
  /** Wall-clock time at the beginning. Default: 2026-01-01. */
  readonly startMs?: number;
  /** Between hosts, `[least, most)`. Default: 0.1 to 1. */
  readonly latencyMs?: readonly [number, number];
}

interface Host {
  readonly disk: SimulatedDisk;
  readonly clock: HostClock;
  /** How many processes there have been. */
  lives: number;
  process: SimulatedProcess;
}

/** Options of what waits for something in a simulation. */
export interface RunOptions {
  /** Virtual time after which a run that waits for something has failed. Default: 1 hour. */
  readonly limitMs?: number;
}

const defaultStartMs = 1_767_225_600_000;

/** A world by one seed: see `Simulation`. */
export function createSimulation(options: SimulationOptions): Simulation {
  return new Simulation(options);
}

/**
 * Hosts with clocks, disks and a network between them, in one process and in virtual time. The same seed and
 * the same calls give the same events in the same order, and the same trace, byte for byte, as long as the
 * code on the hosts reaches the world through its `Runtime` alone.
 *
 * One event happens at a time, and after each one every promise reaction that is ready runs to its end: the
 * next event comes in another macrotask. Events take no virtual time but the microsecond between them.
 */
export class Simulation {
  /** For decisions of the test itself: its draws are part of what the seed replays. */
  readonly random: Prng;
  readonly #seed: string;
  readonly #startMs: number;
  readonly #scheduler: Scheduler;
  readonly #network: SimulatedNetwork;
  readonly #hosts = new Map<string, Host>();
  readonly #world: EventOwner = { name: '-', alive: true };

  constructor(options: SimulationOptions) {
    this.#seed = String(options.seed);
    this.#startMs = options.startMs ?? defaultStartMs;
    this.random = new Prng(`${this.#seed}/test`);
    this.#scheduler = new Scheduler(new Prng(`${this.#seed}/world`));
    const latencyMs = options.latencyMs ?? [0.1, 1];
    this.#network = new SimulatedNetwork({ latencyMs }, this.#scheduler);
  }

  /** Virtual milliseconds since the beginning. */
  get elapsedMs(): number {
    return this.#scheduler.nowUs / 1000;
  }

  /** What the process on `host` sees of the world; the first call makes the host. It must not be down. */
  runtime(host: string): Runtime {
    const { process } = this.#hosts.get(host) ?? this.#addHost(host);
    assert(process.alive, `${host} is up; after a crash it is restarted first`);
    return process.runtime;
  }

  isUp(host: string): boolean {
    return this.#hosts.get(host)?.process.alive ?? false;
  }

  /** The disk of a host, to make it fail. */
  disk(host: string): SimulatedDisk {
    return (this.#hosts.get(host) ?? this.#addHost(host)).disk;
  }

  /** Moves the wall clock of a host, in either direction. Its monotonic clock goes on. */
  shiftClock(host: string, byMs: number): void {
    this.#host(host).clock.shift(byMs);
  }

  /** Has both clocks of a host gain or lose from here on: 1.01 gains a hundredth. */
  setClockRate(host: string, rate: number): void {
    this.#host(host).clock.setRate(rate);
  }

  /**
   * The process on `host` stands still, as by SIGSTOP: what comes for it waits, and its connections stand. It may
   * end while it does.
   */
  pause(host: string): void {
    this.trace(`pause ${host}`);
    this.#host(host).process.pause();
  }

  /** It goes on, with all that it has missed. */
  resume(host: string): void {
    this.trace(`resume ${host}`);
    this.#host(host).process.resume();
  }

  /** The process on `host` ends as by SIGKILL: what it has written is there, its connections are reset. */
  crash(host: string): void {
    const { process } = this.#host(host);
    if (!process.alive) return;
    this.trace(`crash ${host}`);
    process.end();
    this.#network.endProcess(process);
  }

  /** The machine stops: of what was not synced any part is gone, and nobody is told. */
  powerLoss(host: string): void {
    const { process, disk } = this.#host(host);
    this.trace(`power loss ${host}`);
    if (process.alive) {
      process.end();
      this.#network.losePower(process, this.#world);
    }
    disk.losePower();
  }

  /** Begins a new life of a host that is down. */
  restart(host: string): Runtime {
    const entry = this.#host(host);
    assert(!entry.process.alive, `${host} is down before it is restarted`);
    this.trace(`restart ${host}`);
    entry.lives++;
    entry.process = this.#createProcess(host, entry);
    this.#network.restart(host);
    return entry.process.runtime;
  }

  /** From here on nothing passes between two hosts; what they send each other waits. */
  cut(a: string, b: string): void {
    this.trace(`cut ${a} ${b}`);
    this.#network.cut(a, b);
  }

  /** From here on nothing that `from` sends reaches `to`, and neither can connect to the other. */
  cutOneWay(from: string, to: string): void {
    this.trace(`cut from ${from} to ${to}`);
    this.#network.cutOneWay(from, to);
  }

  /** Takes back what was cut between two hosts, in both directions. */
  heal(a: string, b: string): void {
    this.trace(`heal ${a} ${b}`);
    this.#network.heal(a, b);
  }

  /** Calls `action` as an event of its own, `delayMs` from now: a crash or a cut in the midst of things. */
  after(delayMs: number, action: () => void): void {
    this.#scheduler.schedule(this.#world, delayMs, 'action', action);
  }

  /** Adds a line of the test's own to the trace. */
  trace(line: string): void {
    this.#scheduler.trace.add('-', line);
  }

  traceText(): string {
    return this.#scheduler.trace.text();
  }

  /** Lets one event happen. Answers false when there is none. */
  async step(): Promise<boolean> {
    let calls = 0;
    let happened = false;
    await runInTurns(() => {
      if (calls++ === 0) happened = this.#scheduler.runNext();
      return calls < 2;
    });
    return happened;
  }

  /**
   * Lets events happen until `until` holds: a moment in milliseconds since the beginning, or a condition,
   * asked after each event. Fails with an assertion when a condition does not come true in time, or never
   * can because nothing will happen any more; rejects with what an event throws.
   */
  run(until: number | (() => boolean), options: RunOptions = {}): Promise<void> {
    return typeof until === 'number' ? this.#runTo(until) : this.#runUntil(until, options);
  }

  /** Lets `durationMs` go by. */
  runFor(durationMs: number): Promise<void> {
    return this.#runTo(this.elapsedMs + durationMs);
  }

  /** Lets events happen until `promise` has settled; answers or rejects with what it does. */
  async complete<T>(promise: Promise<T>, options: RunOptions = {}): Promise<T> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    promise.then(settle, settle);
    await this.#runUntil(() => settled, options);
    return await promise;
  }

  async #runTo(untilMs: number): Promise<void> {
    const untilUs = Math.round(untilMs * 1000);
    await runInTurns(() => {
      const nextUs = this.#scheduler.nextUs();
      return nextUs !== undefined && nextUs <= untilUs && this.#scheduler.runNext();
    });
    this.#scheduler.passTo(untilUs);
  }

  #runUntil(until: () => boolean, options: RunOptions): Promise<void> {
    const limitMs = options.limitMs ?? 3_600_000;
    const endUs = this.#scheduler.nowUs + limitMs * 1000;
    return runInTurns(() => {
      if (until()) return false;
      const nextUs = this.#scheduler.nextUs();
      assert(nextUs !== undefined, `what is waited for can come true (${this.#describe()})`);
      assert(
        nextUs <= endUs,
        `what is waited for comes true in ${limitMs} ms (${this.#describe()})`,
      );
      return this.#scheduler.runNext();
    });
  }

  #describe(): string {
    return `seed ${this.#seed}, ${this.elapsedMs} ms`;
  }

  #host(name: string): Host {
    return must(this.#hosts.get(name), `${name} is a host of the simulation`);
  }

  #addHost(name: string): Host {
    assert(!/[\s:|]/.test(name), `${name} is a host name`);
    const clock = new HostClock(
      { startMs: this.#startMs },
      { worldUs: () => this.#scheduler.nowUs },
    );
    const random = new Prng(`${this.#seed}/disk/${name}`);
    const disk = new SimulatedDisk({ random, nowMs: () => clock.nowMs });
    const parts = { disk, clock, lives: 1 };
    const host = { ...parts, process: this.#createProcess(name, parts) };
    this.#hosts.set(name, host);
    this.#network.addHost(name);
    return host;
  }

  #createProcess(name: string, { disk, clock, lives }: Omit<Host, 'process'>): SimulatedProcess {
    return new SimulatedProcess(name, `${this.#seed}/${name}/${lives}`, {
      scheduler: this.#scheduler,
      network: this.#network,
      disk,
      clock,
    });
  }
}
