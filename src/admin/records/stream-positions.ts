import { cursorText, parseCursor, type Cursor } from './position.ts';

/**
 * How far a subscription has come in each partition, as the id of an event has it: `TOPICID/0:12,1:7`, the next
 * offset of each. A browser sends the last one that it got back in `Last-Event-ID`.
 */
export class StreamPositions {
  readonly #topicId: string;
  readonly #offsets = new Map<number, number>();
  /** The text of each, so that an event of one partition does not make those of all anew. */
  #text: string | undefined;

  constructor(topicId: string) {
    this.#topicId = topicId;
  }

  set(partition: number, nextOffset: number): void {
    if (this.#offsets.get(partition) === nextOffset) return;
    this.#offsets.set(partition, nextOffset);
    this.#text = undefined;
  }

  get id(): string {
    this.#text ??= `${this.#topicId}/${cursorText(this.#offsets)}`;
    return this.#text;
  }
}

/** What an id says; undefined where it is none of ours, or of another topic that had the name before. */
export function parseStreamId(id: string, topicId: string): Cursor | undefined {
  const prefix = `${topicId}/`;
  return id.startsWith(prefix) ? parseCursor(id.slice(prefix.length)) : undefined;
}
