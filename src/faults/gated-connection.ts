import {
  defaultSendBufferBytes,
  type Connection,
  type ConnectionHandler,
} from '../runtime/runtime.ts';
import { totalBytes } from '../util/bytes.ts';
import type { Cuts } from './cuts.ts';
import type { ProcessGate } from './process-gate.ts';

/** What a connection passes through on its way to its process. */
export interface GatedConnectionModules {
  readonly gate: ProcessGate;
  readonly cuts: Cuts;
  /** Whether the two ends do not reach each other now. */
  readonly isCut: () => boolean;
  /** Told once, when it is closed for the other side too. */
  readonly onGone: () => void;
}

interface HeldWrite {
  readonly buffers: readonly Uint8Array[];
  readonly onSent: (() => void) | undefined;
}

type Incoming =
  | { readonly kind: 'data'; readonly chunk: Uint8Array }
  | { readonly kind: 'drain' }
  | { readonly kind: 'close'; readonly error: Error | undefined };

/**
 * A connection as TCP behaves when packets are lost, or when the process is stopped. While its ends are cut off
 * from each other nothing passes, neither bytes nor the end of the connection, and afterwards all of it does, in
 * order. While its process is stopped nothing is read from it. When its process is killed, the system closes it.
 */
export class GatedConnection implements Connection {
  readonly remoteHost: string;
  readonly remotePort: number;
  readonly localHost: string;
  readonly localPort: number;
  readonly #inner: Connection;
  readonly #modules: GatedConnectionModules;
  readonly #unsubscribe: readonly (() => void)[];
  #handler: ConnectionHandler | undefined;
  #incoming: Incoming[] = [];
  #outgoing: HeldWrite[] = [];
  #outgoingBytes = 0;
  #needsDrain = false;
  #isPaused = false;
  /** What its owner has asked for, though the other side may not have seen it yet. */
  #ending: 'no' | 'end' | 'destroy' = 'no';
  /** Its owner has had its last call. */
  #isClosed = false;
  #isGone = false;

  constructor(inner: Connection, modules: GatedConnectionModules) {
    this.remoteHost = inner.remoteHost;
    this.remotePort = inner.remotePort;
    this.localHost = inner.localHost;
    this.localPort = inner.localPort;
    this.#inner = inner;
    this.#modules = modules;
    const source = {
      look: () => this.#look(),
      end: () => this.#die(),
    };
    this.#unsubscribe = [modules.gate.add(source), modules.cuts.subscribe(source.look)];
  }

  start(handler: ConnectionHandler): void {
    this.#handler = handler;
    this.#startInner();
    this.#look();
  }

  #startInner(): void {
    this.#inner.start({
      onData: (chunk) => this.#come({ kind: 'data', chunk }),
      onDrain: () => this.#come({ kind: 'drain' }),
      onClose: (error) => this.#come({ kind: 'close', error }),
    });
  }

  write(buffers: readonly Uint8Array[], onSent?: () => void): boolean {
    const { gate } = this.#modules;
    const told = onSent && (() => gate.enter(onSent));
    if (this.#ending !== 'no' || !this.#isHeldBack) {
      // After the end it answers false, and says that nothing will be sent.
      return this.#inner.write(this.#ending === 'no' ? buffers : [], told) && this.#ending === 'no';
    }
    this.#outgoing.push({ buffers, onSent: told });
    this.#outgoingBytes += totalBytes(buffers);
    this.#needsDrain ||= this.#outgoingBytes >= defaultSendBufferBytes;
    return !this.#needsDrain;
  }

  pause(): void {
    this.#isPaused = true;
    this.#pauseInner();
  }

  resume(): void {
    this.#isPaused = false;
    this.#look();
  }

  end(): void {
    if (this.#ending !== 'no') return;
    this.#ending = 'end';
    if (!this.#isHeldBack) this.#inner.end();
    this.#look();
  }

  destroy(): void {
    if (this.#ending === 'destroy') return;
    this.#ending = 'destroy';
    if (!this.#isHeldBack) {
      this.#inner.destroy();
      return;
    }
    // Its owner is rid of it; the other side learns of it when packets pass again.
    const unsent = this.#outgoing;
    this.#outgoing = [];
    this.#incoming = [{ kind: 'close', error: undefined }];
    void Promise.resolve().then(() => {
      for (const { onSent } of unsent) onSent?.();
      this.#deliver();
    });
  }

  /** Whether what is sent waits: also behind what waits already. */
  get #isHeldBack(): boolean {
    return this.#outgoing.length > 0 || (!this.#isGone && this.#modules.isCut());
  }

  #come(event: Incoming): void {
    if (event.kind === 'close') this.#gone();
    if (this.#isClosed) {
      if (this.#isGone) this.#forget();
      return;
    }
    this.#incoming.push(event);
    this.#deliver();
  }

  #gone(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#modules.onGone();
  }

  #look(): void {
    if (!this.#modules.isCut()) this.#send();
    this.#pauseInner();
    this.#deliver();
  }

  #forget(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
  }

  /** The system's buffers fill up behind a connection that is not read. */
  #pauseInner(): void {
    const { gate, isCut } = this.#modules;
    const isOpen = this.#ending !== 'no' || (!this.#isPaused && gate.isRunning);
    if (isOpen && !isCut()) this.#inner.resume();
    else this.#inner.pause();
  }

  #send(): void {
    const writes = this.#outgoing;
    if (writes.length === 0 && this.#ending === 'no') return;
    this.#outgoing = [];
    this.#outgoingBytes = 0;
    let isRoomLeft = true;
    for (const { buffers, onSent } of writes) isRoomLeft = this.#inner.write(buffers, onSent);
    if (this.#ending === 'end') this.#inner.end();
    if (this.#ending === 'destroy') this.#inner.destroy();
    if (this.#needsDrain && isRoomLeft) this.#come({ kind: 'drain' });
    this.#needsDrain = false;
  }

  #deliver(): void {
    const { gate, isCut } = this.#modules;
    while (this.#handler !== undefined && !this.#isClosed && gate.isRunning) {
      const [event] = this.#incoming;
      if (event === undefined) return;
      const isOwnEnd = this.#ending === 'destroy' && event.kind === 'close';
      if (isCut() && !isOwnEnd) return;
      if (event.kind === 'data' && this.#isPaused && this.#ending === 'no') return;
      this.#incoming.shift();
      this.#tell(this.#handler, event);
    }
  }

  #tell(handler: ConnectionHandler, event: Incoming): void {
    switch (event.kind) {
      case 'data':
        if (this.#ending === 'no') handler.onData(event.chunk);
        break;
      case 'drain':
        if (this.#ending === 'no') handler.onDrain();
        break;
      case 'close':
        this.#isClosed = true;
        handler.onClose(event.error);
        if (this.#isGone) this.#forget();
        break;
    }
  }

  /** The process is dead: its system closes what it had open, which the other side sees when packets pass. */
  #die(): void {
    this.#ending = 'destroy';
    this.#isClosed = true;
    this.#incoming = [];
    this.#outgoing = [];
    if (this.#handler === undefined) this.#startInner();
    if (!this.#modules.isCut()) this.#inner.destroy();
    if (this.#isGone) this.#forget();
  }
}
