import type { Http } from './http.ts';

/**
 * The doors to the world outside: time, randomness, files, network, threads. Everything else in Odradek is
 * given a `Runtime` and touches nothing but it, so that the same broker runs on a machine (`node/`) and in a
 * simulation that one seed replays (`simulated/`).
 */
export interface Runtime {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly files: Files;
  readonly network: Network;
  readonly background: Background;
  /** Undefined in a simulation. */
  readonly http?: Http;
  /** What the process takes now. Undefined in a simulation. */
  readonly memoryUsage?: () => MemoryUsage;
}

/** What a process takes of the memory of its machine, and the heap of this thread of it. */
export interface MemoryUsage {
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
}

/** What time it is. */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch, a whole number. May jump in either direction. */
  nowMs(): number;
  /** Milliseconds since some fixed moment, with a fraction. Never goes back. */
  monotonicMs(): number;
}

/** A timer that was set, to be given back to `clearTimer`. */
export type Timer = object;

/** Calls at a later moment. What a callback throws is nobody's to catch. */
export interface Timers {
  /** Calls `callback` once, no sooner than `delayMs` from now. `[0, 2^31)`. */
  setTimer(delayMs: number, callback: () => void): Timer;
  /** Does nothing for a timer that has fired or was cleared. */
  clearTimer(timer: Timer): void;
  /**
   * Calls `callback` when the input that is ready in this event-loop turn has been handled: the moment to
   * write together what has gathered.
   */
  atTurnEnd(callback: () => void): void;
}

/** What nobody can foretell. */
export interface Random {
  /** `count` bytes that nobody can guess. The caller owns the buffer. */
  bytes(count: number): Uint8Array;
  /** A whole number in `[0, bound)`, `bound` in `[1, 2^48)`. */
  below(bound: number): number;
}

/** What is at a path. The size of a directory means nothing. */
export interface FileStat {
  readonly kind: 'file' | 'directory';
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** Tells a file or directory from every copy of it on its machine; undefined where the system does not say. */
  readonly inode?: string;
}

/**
 * The file system. Paths are absolute and use the platform's separator (`join` and `basename` below).
 * The calls without a promise block, and are meant for what the page cache answers; those that end in
 * `Async` go to a thread pool.
 *
 * Every failure is an `OdradekError` with code `FILE_NOT_FOUND`, `DISK_FULL` (no space, or over a quota),
 * `TOO_MANY_OPEN_FILES` (the process or the system has no descriptor left) or `IO_ERROR` (everything else;
 * `cause` has the system's own error).
 *
 * Only what opens something fails with `TOO_MANY_OPEN_FILES`, before it has changed anything: `open`, `list`,
 * `readFile`, `removeTree`, `replaceFile`, `lock`, `syncDirectory`. `replaceFile` with `sync` may have put the
 * new content in place, not for good, when it does. What is called on an open file, `rename`, `remove`,
 * `stat` and `makeDirectory` never do.
 */
export interface Files {
  join(...parts: string[]): string;
  basename(path: string): string;
  dirname(path: string): string;
  /** `read`: must exist. `write`: must exist, read and write. `create`: read and write, made when absent. */
  open(path: string, mode: 'read' | 'write' | 'create'): FileHandle;
  /** Undefined where nothing is. */
  stat(path: string): FileStat | undefined;
  /** The names in a directory, sorted. */
  list(directory: string): string[];
  /** With its parents; fine when it is there already. */
  makeDirectory(path: string): void;
  /**
   * Fails on an existing directory; replaces an existing file that nobody has open. On Windows the owner
   * closes the files in a directory before it renames the directory.
   */
  rename(from: string, to: string): void;
  /** Removes a file; fine when it is absent. */
  remove(path: string): void;
  /** Removes a directory with all that is in it; fine when it is absent. */
  removeTree(path: string): void;
  /** The whole of a small file. */
  readFile(path: string): Uint8Array;
  /**
   * Replaces a small file so that a crash of the process leaves the old or the new content, never a
   * mixture: written beside (`.tmp`), renamed over. With `sync` that holds for power loss too, and the new
   * content is there for good once this has returned; without it, power loss may leave a torn file.
   */
  replaceFile(path: string, content: Uint8Array, options?: { sync?: boolean }): void;
  /** Makes creations, renames and removals in a directory survive power loss. */
  syncDirectory(path: string): Promise<void>;
  /**
   * Takes the lock of an existing directory for this process, or answers who has it (undefined: not known).
   * The lock goes with the process, however that ends. Two brokers in one process exclude each other too.
   */
  lock(directory: string): Promise<DirectoryLock | { heldBy: string | undefined }>;
  /** An existing directory for what need not outlive the machine's next start. */
  temporaryDirectory(): string;
  /** Bytes that may still be written to the file system of `path`, or undefined where that is not known. */
  freeBytes(path: string): number | undefined;
  /** The size of the file system of `path`, or undefined where that is not known. */
  totalBytes(path: string): number | undefined;
  /**
   * A value that changes when the machine's memory was lost since (its boot id), or undefined where there
   * is none: what the page cache held is then taken as lost.
   */
  bootId(): string | undefined;
}

/** A lock that is held. */
export interface DirectoryLock {
  /** Gives the lock back; nothing happens the second time. */
  release(): Promise<void>;
}

/** One open file. A handle is used by one owner, who closes it. */
export interface FileHandle {
  /** Bytes of the file now. */
  size(): number;
  /** Fills `target` from `position`; answers how many bytes there were, fewer only at the end of the file. */
  read(target: Uint8Array, position: number): number;
  readAsync(target: Uint8Array, position: number): Promise<number>;
  /**
   * Writes all of `buffers`, one behind the other, from `position`, or throws. A failure may have written
   * any part: the owner truncates before it writes again. The buffers are not kept after the call.
   */
  writev(buffers: readonly Uint8Array[], position: number): void;
  /** The same; the buffers must not change until it has settled. */
  writevAsync(buffers: readonly Uint8Array[], position: number): Promise<void>;
  truncate(sizeBytes: number): void;
  /**
   * Makes what was written before this call survive power loss. A failure is final: what was written may be
   * gone, and a second call that succeeds does not bring it back.
   */
  sync(): Promise<void>;
  /** The blocking form. */
  syncNow(): void;
  /** Calls under way still finish. No other call may follow. */
  close(): void;
}

/** Where a listener listens. */
export interface ListenOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Connections that may wait to be accepted; the system has its own bound too. */
  readonly backlog?: number;
  /** What an accepted connection may hold to be sent before `write` answers false. 256 KiB unless given. */
  readonly sendBufferBytes?: number;
}

/** See `ListenOptions.sendBufferBytes`; connections that are opened hold as much. */
export const defaultSendBufferBytes = 256 * 1024;

/** Streams of bytes between processes. A host is a name or an address; a port is in `[0, 65535]`. */
export interface Network {
  /** Fails with `PORT_IN_USE` or `ADDRESS_UNAVAILABLE`. */
  listen(options: ListenOptions, onConnection: (connection: Connection) => void): Promise<Listener>;
  /** Fails with `CONNECTION_FAILED`, which says whether the other machine refused it. */
  connect(host: string, port: number): Promise<Connection>;
  /** This machine, as it names itself. */
  hostName(): string;
}

/** What accepts connections. */
export interface Listener {
  /** The address that is bound: for a name, what it stood for. */
  readonly host: string;
  /** The port that is bound, never 0. */
  readonly port: number;
  /** No connection is accepted from now on; those that are open stay. */
  close(): Promise<void>;
}

/** What a connection tells its owner. No call comes before `start` and none after `onClose`. */
export interface ConnectionHandler {
  /** Bytes that came in. They belong to the receiver and are not written again. */
  onData(chunk: Uint8Array): void;
  /** What waited to be sent has gone below the mark after `write` answered false. */
  onDrain(): void;
  /** The last call: the other side closed, this side did, or `error` ended it. */
  onClose(error?: Error): void;
}

/**
 * One connection, in order and without loss while it lasts. Small writes are sent at once (TCP_NODELAY), and
 * a silent peer is found out in the end (keep-alive). When the other side ends, what waits is sent and
 * this side closes too.
 */
export interface Connection {
  readonly remoteHost: string;
  readonly remotePort: number;
  readonly localHost: string;
  readonly localPort: number;
  /** Called once. Nothing is lost that came before it. */
  start(handler: ConnectionHandler): void;
  /**
   * Sends `buffers` one behind the other; they must not change until they are sent, and `onSent`, when
   * given, is called once they are (or never will be), never before `write` has returned. Answers false when
   * more waits to be sent than is good; the owner then stops until `onDrain`. After `end` or the close it
   * sends nothing and answers false.
   */
  write(buffers: readonly Uint8Array[], onSent?: () => void): boolean;
  /** Stops `onData` until `resume`. */
  pause(): void;
  resume(): void;
  /** Closes once what was written is sent. What comes in from now on is dropped. */
  end(): void;
  /** Closes now. */
  destroy(): void;
}

/** What a background task yields: nothing, or the milliseconds that it wants to rest before it goes on. */
export type TaskStep = number | void;

/**
 * Work too heavy for the broker's thread, as a generator that yields often, between bounded slices. Its
 * input and output can be cloned (structured clone); it reaches files through the `Files` it is given. What
 * it shares with the broker's thread while it runs is in a `SharedArrayBuffer`.
 */
export interface BackgroundTask<Input, Output> {
  readonly name: string;
  /** Whether it reaches files. Not given: it leaves them alone, and may run where they are not. */
  readonly usesFiles?: boolean;
  readonly run: (input: Input, files: Files) => Generator<TaskStep, Output>;
}

/** Where background tasks run. Its owner closes it. */
export interface Background {
  /**
   * Runs `task` in another thread, or in slices between other events. Rejects with what it throws: an
   * `OdradekError` arrives as one. Rejects with `BROKER_STOPPED` what `close` cuts off.
   */
  run<Input, Output>(task: BackgroundTask<Input, Output>, input: Input): Promise<Output>;
  /** Ends the thread, and with it every task that is under way. Nothing happens the second time. */
  close(): Promise<void>;
}
