/** Consumers of a partition that are remembered: those that came last. */
const readersMax = 8;

/** A consumer of a partition, and when it fetched last. */
export interface ReaderNote {
  readonly clientId: string;
  readonly clientHost: string;
  /** Monotonic. */
  lastFetchMs: number;
}

/** Which consumers fetched from a partition last. */
export class ReaderNotes {
  readonly #notes: ReaderNote[] = [];

  /** Who came last, in no order. */
  all(): readonly ReaderNote[] {
    return this.#notes;
  }

  /** A consumer has asked for records. HOT: bench=fetch */
  fetched(clientId: string, clientHost: string, nowMs: number): void {
    const notes = this.#notes;
    let oldest = 0;
    for (let i = 0; i < notes.length; i++) {
      const note = notes[i] as ReaderNote;
      if (note.clientId === clientId && note.clientHost === clientHost) {
        note.lastFetchMs = nowMs;
        return;
      }
      if (note.lastFetchMs < (notes[oldest] as ReaderNote).lastFetchMs) oldest = i;
    }
    // A client that was not seen here before.
    const note: ReaderNote = { clientId, clientHost, lastFetchMs: nowMs };
    if (notes.length < readersMax) notes.push(note);
    else notes[oldest] = note;
  }
}
