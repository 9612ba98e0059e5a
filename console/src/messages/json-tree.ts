/**
 * JSON as it was written: numbers, strings and the order of members keep every character, because nothing here is
 * turned into a value of the language. `JSON.parse` would round 9007199254740993 and forget one of two like names.
 */
export type JsonNode = JsonLeaf | JsonBranch;

/** A scalar, in the characters in which it was written. */
export interface JsonLeaf {
  readonly kind: 'string' | 'number' | 'word';
  /** With the quotes of a string; `true`, `false` or `null` of a word. */
  readonly raw: string;
}

/** An object or an array with what is in it. */
export interface JsonBranch {
  readonly kind: 'object' | 'array';
  readonly members: readonly JsonMember[];
}

/** One of an object's members or an array's elements. */
export interface JsonMember {
  /** With its quotes; null in an array. */
  readonly name: string | null;
  readonly node: JsonNode;
}

/** Deeper JSON is shown as text: no reader follows it, and hostile records are made of it. */
export const jsonDepthMax = 256;

/** Whether there may be something in it. */
export function isBranch(node: JsonNode): node is JsonBranch {
  return 'members' in node;
}

interface OpenBranch {
  readonly kind: 'object' | 'array';
  readonly members: JsonMember[];
  /** The name that was read last and has no node yet. */
  name: string | null;
}

// A run of plain characters is one step of the pattern, so that a long string takes no more room than a short one.
const plain = String.raw`[^"\\\u0000-\u001f]*`;
const string = String.raw`"${plain}(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})${plain})*"`;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/.source;
const blanks = String.raw`[ \t\n\r]*`;
const scalar = new RegExp(`${blanks}(?:(${string})|(${number})|(true|false|null)|([[{]))`, 'y');
const nameBefore = new RegExp(`${blanks}(${string})${blanks}:`, 'y');
const behind = /[ \t\n\r]*([,\]}])/y;
const nothingMore = /[ \t\n\r]*$/y;

/** The JSON that `text` is, or null where it is none (RFC 8259, to the letter) or is nested beyond `jsonDepthMax`. */
export function readJson(text: string): JsonNode | null {
  return new JsonReader(text).read();
}

/** Reads without recursion, so that depth costs no stack. */
class JsonReader {
  readonly #text: string;
  readonly #open: OpenBranch[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): JsonNode | null {
    for (;;) {
      const opened = this.#value();
      if (opened === null) return null;
      if (opened === 'opened') continue;
      const whole = this.#behind(opened);
      if (whole === 'next') continue;
      return whole !== null && this.#match(nothingMore) !== null ? whole : null;
    }
  }

  /** A value, or `opened` where a branch begins in which one is to be read first. */
  #value(): JsonNode | 'opened' | null {
    const match = this.#match(scalar);
    if (match === null) return null;
    const [, string, number, word, bracket] = match;
    if (string !== undefined) return { kind: 'string', raw: string };
    if (number !== undefined) return { kind: 'number', raw: number };
    if (word !== undefined) return { kind: 'word', raw: word };
    const kind = bracket === '{' ? 'object' : 'array';
    if (this.#open.length >= jsonDepthMax) return null;
    if (this.#closesAtOnce(kind)) return { kind, members: [] };
    const branch: OpenBranch = { kind, members: [], name: null };
    this.#open.push(branch);
    return this.#name(branch) ? 'opened' : null;
  }

  /** Puts a value that is whole where it belongs, and closes what ends with it. */
  #behind(value: JsonNode): JsonNode | 'next' | null {
    let node = value;
    for (;;) {
      const branch = this.#open.at(-1);
      if (branch === undefined) return node;
      branch.members.push({ name: branch.name, node });
      const match = this.#match(behind);
      if (match === null) return null;
      if (match[1] === ',') return this.#name(branch) ? 'next' : null;
      if (match[1] !== (branch.kind === 'object' ? '}' : ']')) return null;
      this.#open.pop();
      node = { kind: branch.kind, members: branch.members };
    }
  }

  #name(branch: OpenBranch): boolean {
    if (branch.kind === 'array') return true;
    branch.name = this.#match(nameBefore)?.[1] ?? null;
    return branch.name !== null;
  }

  #closesAtOnce(kind: OpenBranch['kind']): boolean {
    const before = this.#at;
    const match = this.#match(behind);
    if (match !== null && match[1] === (kind === 'object' ? '}' : ']')) return true;
    this.#at = before;
    return false;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match !== null) this.#at = pattern.lastIndex;
    return match;
  }
}
