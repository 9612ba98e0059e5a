/** A field's value in protobuf's text format. Enums and numbers stay as they are written. */
export type ProtoValue = string | Uint8Array | ProtoMessage;

/** Fields by name, each with all its values in the order in which they stand. */
export type ProtoMessage = ReadonlyMap<string, readonly ProtoValue[]>;

const blank = /(?:\s+|#[^\n]*)+/y;
const name = /\[[^\]]*\]|[\w.+-]+/y;
const string = /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'/y;

/** Reads a message in protobuf's text format, as far as cel-spec's test data uses it. Throws where it is none. */
export function readTextproto(text: string): ProtoMessage {
  const reader = new TextprotoReader(text);
  return reader.message('');
}

class TextprotoReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Fields up to `closing`, which is passed over. */
  message(closing: string): ProtoMessage {
    const fields = new Map<string, ProtoValue[]>();
    while (!this.#isAtClosing(closing)) {
      const field = this.#take(name) ?? this.#fail('a field');
      const hasColon = this.#accept(':');
      const found = fields.get(field) ?? [];
      fields.set(field, found);
      if (this.#accept('[')) found.push(...this.#list());
      else found.push(this.#value(hasColon));
      if (!this.#accept(',')) this.#accept(';');
    }
    return fields;
  }

  #isAtClosing(closing: string): boolean {
    this.#take(blank);
    return closing === '' ? this.#at >= this.#text.length : this.#accept(closing);
  }

  #list(): ProtoValue[] {
    const values: ProtoValue[] = [];
    while (!this.#accept(']')) {
      values.push(this.#value(true));
      this.#accept(',');
    }
    return values;
  }

  #value(mayBeScalar: boolean): ProtoValue {
    if (this.#accept('{')) return this.message('}');
    if (this.#accept('<')) return this.message('>');
    if (!mayBeScalar) return this.#fail('a message');
    const pieces: Uint8Array[] = [];
    for (let piece = this.#take(string); piece !== undefined; piece = this.#take(string)) {
      pieces.push(unescaped(piece.slice(1, -1)));
    }
    if (pieces.length > 0) return Buffer.concat(pieces);
    return this.#take(name) ?? this.#fail('a value');
  }

  #accept(sign: string): boolean {
    this.#skipBlanks();
    if (!this.#text.startsWith(sign, this.#at)) return false;
    this.#at += sign.length;
    return true;
  }

  #take(pattern: RegExp): string | undefined {
    if (pattern !== blank) this.#skipBlanks();
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #skipBlanks(): void {
    blank.lastIndex = this.#at;
    if (blank.test(this.#text)) this.#at = blank.lastIndex;
  }

  #fail(expected: string): never {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    throw new Error(`line ${line}: ${expected} is expected`);
  }
}

const escape =
  /\\(?:([0-7]{1,3})|[xX]([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]))/g;
const named: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** The bytes of a string: its escape sequences may stand for bytes that are no text. */
function unescaped(text: string): Uint8Array {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const found of text.matchAll(escape)) {
    pieces.push(Buffer.from(text.slice(from, found.index)));
    from = found.index + found[0].length;
    const [, octal, hex, short, long, other = ''] = found;
    if (octal !== undefined) pieces.push(Uint8Array.of(Number.parseInt(octal, 8)));
    else if (hex !== undefined) pieces.push(Uint8Array.of(Number.parseInt(hex, 16)));
    else if (short !== undefined || long !== undefined) {
      pieces.push(Buffer.from(String.fromCodePoint(Number.parseInt(short ?? long ?? '', 16))));
    } else pieces.push(Buffer.from(named[other] ?? other));
  }
  pieces.push(Buffer.from(text.slice(from)));
  return Buffer.concat(pieces);
}
