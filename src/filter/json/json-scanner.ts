import { isUtf8 } from 'node:buffer';
import { fieldState } from './field-tree.ts';
import type { WantedField } from './field-tree.ts';
import { nowhere, skipBlanks, skipString, skipValue } from './json-grammar.ts';
import type { ScanNotes } from './json-grammar.ts';
import { readJsonString } from './json-values.ts';

/** What bytes turn out to be. */
export type Scanned = 'json' | 'other' | 'tooDeep';

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openObject = 0x7b;
const closeObject = 0x7d;

/**
 * Goes once over bytes to say whether they are JSON (RFC 8259, in UTF-8), and where in them the fields stand
 * that were asked for. Nothing is made of what was not asked for. Of names that occur twice the last counts.
 *
 * HOT: bench=filter
 */
export class JsonScanner {
  readonly #open: OpenBrackets;

  constructor(depthMax: number) {
    this.#open = {
      brackets: new Uint8Array(depthMax + 1),
      notes: { isEscaped: false, isBeyondAscii: false, isTooDeep: false },
    };
  }

  /** Scans `[from, to)` of `bytes`, and notes in `root`, which is the whole document, and below it what it found. */
  scan(bytes: Uint8Array, from: number, to: number, root: WantedField): Scanned {
    const { notes } = this.#open;
    notes.isBeyondAscii = false;
    notes.isTooDeep = false;
    const behind = skipWanted(root, bytes, skipBlanks(bytes, from, to), to, 0, this.#open);
    const isWhole = behind !== nowhere && skipBlanks(bytes, behind, to) === to;
    if (isWhole && (!notes.isBeyondAscii || isUtf8(bytes.subarray(from, to)))) return 'json';
    return notes.isTooDeep ? 'tooDeep' : 'other';
  }
}

/** What the functions below share. */
interface OpenBrackets {
  readonly brackets: Uint8Array;
  readonly notes: ScanNotes;
}

/** The end of the value of `field` that begins at `at`, or `nowhere`. Notes where it stands. */
function skipWanted(
  field: WantedField,
  bytes: Uint8Array,
  at: number,
  end: number,
  depth: number,
  open: OpenBrackets,
): number {
  field.forgetBelow();
  field.state = fieldState.present;
  field.startAt = at;
  field.value = undefined;
  const { notes, brackets } = open;
  const byte = at < end ? bytes[at] : 0;
  if (byte === quote) {
    notes.isEscaped = false;
    field.endAt = skipString(bytes, at + 1, end, notes);
    field.isEscaped = notes.isEscaped;
  } else if (byte !== openObject || field.children.length === 0) {
    field.endAt = skipValue(bytes, at, end, depth, brackets, notes);
  } else if (depth + 1 < brackets.length) {
    field.endAt = skipWantedObject(field.children, bytes, at + 1, end, depth + 1, open);
  } else {
    notes.isTooDeep = true;
    field.endAt = nowhere;
  }
  return field.endAt;
}

/** Behind an object whose first name may stand at `from`, of which some fields are wanted. */
function skipWantedObject(
  wanted: readonly WantedField[],
  bytes: Uint8Array,
  from: number,
  end: number,
  depth: number,
  open: OpenBrackets,
): number {
  const { notes, brackets } = open;
  for (let i = 0; i < wanted.length; i++) (wanted[i] as WantedField).state = fieldState.missing;
  let at = skipBlanks(bytes, from, end);
  if (at < end && bytes[at] === closeObject) return at + 1;
  for (;;) {
    if (at >= end || bytes[at] !== quote) return nowhere;
    notes.isEscaped = false;
    const nameEnd = skipString(bytes, at + 1, end, notes);
    if (nameEnd === nowhere) return nowhere;
    const field = fieldNamed(wanted, bytes, at, nameEnd, notes.isEscaped);
    at = skipBlanks(bytes, nameEnd, end);
    if (at >= end || bytes[at] !== colon) return nowhere;
    at = skipBlanks(bytes, at + 1, end);
    if (field !== undefined) at = skipWanted(field, bytes, at, end, depth, open);
    else if (at < end && bytes[at] === quote) at = skipString(bytes, at + 1, end, notes);
    else at = skipValue(bytes, at, end, depth, brackets, notes);
    if (at === nowhere) return nowhere;
    at = skipBlanks(bytes, at, end);
    if (at >= end) return nowhere;
    const byte = bytes[at];
    if (byte === closeObject) return at + 1;
    if (byte !== comma) return nowhere;
    at = skipBlanks(bytes, at + 1, end);
  }
}

/** The one of `wanted` whose name stands at `[from, to)` with its quotes. */
function fieldNamed(
  wanted: readonly WantedField[],
  bytes: Uint8Array,
  from: number,
  to: number,
  isEscaped: boolean,
): WantedField | undefined {
  if (isEscaped) {
    const name = readJsonString(bytes, from, to, true);
    return wanted.find((field) => field.name === name);
  }
  for (let i = 0; i < wanted.length; i++) {
    const field = wanted[i] as WantedField;
    const { nameBytes } = field;
    if (nameBytes.length === to - from - 2 && isAt(nameBytes, bytes, from + 1)) return field;
  }
  return undefined;
}

function isAt(name: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < name.length; i++) {
    if (name[i] !== bytes[at + i]) return false;
  }
  return true;
}
