/** Consumers of a partition that are remembered: those that came last. */
const readersMax = 8;

/** A consumer of a partition, and when it fetched last. */
export interface ReaderNote {
  readonly clientId: string;
  readonly clientHost: string;
  /** By which name it asks: the partition's own topic, or one that is filtered from it. */
  readonly topic: string;
  /** From where it asked last: what lies before, it has. */
  fetchOffset: number;
  /** Monotonic. */
  lastFetchMs: number;
}

/** Whose fetch it is, and when it came. */
export interface Fetching {
  readonly clientId: string;
  readonly clientHost: string;
  /** Monotonic. */
  readonly cameMs: number;
}

/** Which consumers fetched from a partition last. */
export class ReaderNotes {
  readonly #notes: ReaderNote[] = [];

  /** Who came last, in no order. */
  all(): readonly ReaderNote[] {
    return this.#notes;
  }

  /** A consumer has asked for records of a topic from an offset on. HOT: bench=fetch */
  fetched({ clientId, clientHost, cameMs }: Fetching, topic: string, fetchOffset: number): void {
    const notes = this.#notes;
    let oldest = 0;
    for (let i = 0; i < notes.length; i++) {
      const note = notes[i] as ReaderNote;
      const isSame =
        note.clientId === clientId && note.clientHost === clientHost && note.topic === topic;
      if (isSame) {
        note.lastFetchMs = cameMs;
        note.fetchOffset = fetchOffset;
        return;
      }
      if (note.lastFetchMs < (notes[oldest] as ReaderNote).lastFetchMs) oldest = i;
    }
    // A client that was not seen here before.
    const note: ReaderNote = { clientId, clientHost, topic, fetchOffset, lastFetchMs: cameMs };
    if (notes.length < readersMax) notes.push(note);
    else notes[oldest] = note;
  }
}
