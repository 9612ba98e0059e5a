import type { AnswerMemory } from '../answer-memory.ts';

/** A batch as it is to be answered. */
interface GatheredBatch {
  readonly chunks: readonly Uint8Array[];
  readonly sizeBytes: number;
}

/** What is taken of what was gathered. */
interface TakenBatches {
  readonly chunks: Uint8Array[];
  readonly sizeBytes: number;
  /** Whether something is left, for want of room in the answer. */
  readonly isCut: boolean;
}

/** The batches that a scan has found so far. Their bytes are held in the memory of answers until they are taken. */
export class Gathered {
  readonly #answerMemory: AnswerMemory;
  #batches: GatheredBatch[] = [];
  #sizeBytes = 0;
  #matchedBytes = 0;

  constructor(answerMemory: AnswerMemory) {
    this.#answerMemory = answerMemory;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Without control batches: they are handed on, and are nothing that somebody waits for. */
  get matchedBytes(): number {
    return this.#matchedBytes;
  }

  add(batch: GatheredBatch, { isControl }: { readonly isControl: boolean }): void {
    this.#batches.push(batch);
    this.#sizeBytes += batch.sizeBytes;
    if (!isControl) this.#matchedBytes += batch.sizeBytes;
    this.#answerMemory.hold(batch.sizeBytes);
  }

  /** The first batches, of `maxBytes` together; with `atLeastOneBatch` the first of them, however large. Holds nothing then. */
  take(maxBytes: number, { atLeastOneBatch }: { readonly atLeastOneBatch: boolean }): TakenBatches {
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    let isCut = false;
    for (const batch of this.#batches) {
      const fits = sizeBytes + batch.sizeBytes <= maxBytes || (atLeastOneBatch && sizeBytes === 0);
      if (!fits) {
        isCut = true;
        break;
      }
      chunks.push(...batch.chunks);
      sizeBytes += batch.sizeBytes;
    }
    this.drop();
    return { chunks, sizeBytes, isCut };
  }

  drop(): void {
    const heldBytes = this.#sizeBytes;
    this.#batches = [];
    this.#sizeBytes = 0;
    this.#matchedBytes = 0;
    if (heldBytes > 0) this.#answerMemory.release(heldBytes);
  }
}
