import { encodeUtf8 } from '../cel/text.ts';
import type { CelValue } from '../cel/values.ts';

/** What is known of a field of the document that was scanned last. */
export const fieldState = {
  /** What should hold it is no object, or not there itself. */
  nowhere: 0,
  /** There is the object, and the field not in it. */
  missing: 1,
  present: 2,
} as const;

/**
 * A field that an expression asks for, below others. A scanner notes in it where the field stands; that holds
 * until the next document is scanned.
 */
export class WantedField {
  readonly name: string;
  /** As it stands between quotes where nothing is escaped. */
  readonly nameBytes: Uint8Array;
  readonly children: WantedField[] = [];
  state: number = fieldState.nowhere;
  /** Where its value begins and ends in the bytes that were scanned. */
  startAt = 0;
  endAt = 0;
  /** Whether its value is a string in which something is escaped. */
  isEscaped = false;
  /** What was made of it, once it was. */
  value: CelValue | undefined;

  constructor(name: string) {
    this.name = name;
    this.nameBytes = encodeUtf8(name);
  }

  /** The field at the end of `path` below this one. It is there from now on. */
  descendant(path: readonly string[]): WantedField {
    const [name, ...rest] = path;
    if (name === undefined) return this;
    let child = this.children.find((one) => one.name === name);
    if (child === undefined) {
      child = new WantedField(name);
      this.children.push(child);
    }
    return child.descendant(rest);
  }

  /** Forgets where the fields below this one stand. */
  forgetBelow(): void {
    if (this.children.length === 0) return;
    for (let i = 0; i < this.children.length; i++) {
      const child = this.children[i] as WantedField;
      if (child.state === fieldState.nowhere) continue;
      child.state = fieldState.nowhere;
      child.forgetBelow();
    }
  }

  /** Lets go of what was made of the fields below this one. */
  releaseBelow(): void {
    for (const child of this.children) {
      child.value = undefined;
      child.releaseBelow();
    }
  }
}
