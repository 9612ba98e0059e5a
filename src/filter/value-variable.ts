import { OverBudget } from './cel/budget.ts';
import type { Budget } from './cel/budget.ts';
import type { FieldAccess, Variable } from './cel/environment.ts';
import { decodeUtf8, encodeUtf8 } from './cel/text.ts';
import { dynType } from './cel/types.ts';
import { Failure } from './cel/values.ts';
import type { CelValue, Evaluate } from './cel/values.ts';
import type { Slice } from './current-record.ts';
import { WantedField, fieldState } from './json/field-tree.ts';
import { JsonScanner } from './json/json-scanner.ts';
import type { Scanned } from './json/json-scanner.ts';
import { readJsonNumber, readJsonString, readJsonValue } from './json/json-values.ts';

const quote = 0x22;
/** Of what a value may begin with, the minus and the digits alone are beside the quote not beyond it. */
const nine = 0x39;

/**
 * The variable `value`: JSON where the bytes are that, else text where they are UTF-8, else the bytes
 * themselves; null for none. The bytes are scanned once, for all fields that the filter asks for, and made into
 * values only where one is used as such. HOT: bench=filter
 */
export class ValueVariable implements Variable {
  readonly type = dynType;
  readonly #budget: Budget;
  readonly #scanner: JsonScanner;
  readonly #document = new WantedField('');
  readonly #value: Slice;
  #scanned: Scanned | undefined;
  #whole: CelValue | undefined;

  /** `value` is the bytes, of whichever record there is. */
  constructor(value: Slice, budget: Budget, jsonDepthMax: number) {
    this.#value = value;
    this.#budget = budget;
    this.#scanner = new JsonScanner(jsonDepthMax);
  }

  /** Forgets what was found in the value of the record before. */
  reset(): void {
    this.#scanned = undefined;
    this.#whole = undefined;
  }

  /** Lets go of what was made of it, too. */
  release(): void {
    this.reset();
    this.#document.releaseBelow();
  }

  /** The whole value. Throws `OverBudget`. */
  readonly read: Evaluate = () => {
    if (this.#whole === undefined) this.#whole = this.#readWhole();
    return this.#whole;
  };

  /** A field below the value. */
  fieldAt(path: readonly string[]): FieldAccess {
    const field = this.#document.descendant(path);
    const name = ['value', ...path].join('.');
    const absent = new Failure(`no_such_key: ${name} is not there`);
    const noObject = new Failure(`no_such_key: what should hold ${name} is no object`);
    const unless = (state: number) => (state === fieldState.missing ? absent : noObject);
    return {
      read: () => {
        const state = this.#stateOf(field);
        return state === fieldState.present ? this.#valueOf(field) : unless(state);
      },
      has: () => {
        const state = this.#stateOf(field);
        return state === fieldState.nowhere ? noObject : state === fieldState.present;
      },
      equalsText: (text) => {
        const bytes = encodeUtf8(text);
        return () => {
          const state = this.#stateOf(field);
          return state === fieldState.present ? this.#isText(field, text, bytes) : unless(state);
        };
      },
    };
  }

  #readWhole(): CelValue {
    const value = this.#value;
    if (value.isNull) return null;
    if (this.#scan() === 'json') {
      return readJsonValue(value.bytes, this.#document.startAt, value.end, this.#budget);
    }
    this.#budget.allocate(value.length * 2);
    return decodeUtf8(value.bytes, value.at, value.end) ?? value.toBytes();
  }

  #stateOf(field: WantedField): number {
    if (this.#value.isNull) return fieldState.nowhere;
    return this.#scan() === 'json' ? field.state : fieldState.nowhere;
  }

  #scan(): Scanned {
    if (this.#scanned === undefined) {
      const { bytes, at, end } = this.#value;
      this.#budget.spendOnText(end - at);
      this.#scanned = this.#scanner.scan(bytes, at, end, this.#document);
    }
    // What nests deeper than may be read might be JSON, and must not be taken for text.
    if (this.#scanned === 'tooDeep') throw OverBudget.thrown;
    return this.#scanned;
  }

  #valueOf(field: WantedField): CelValue {
    if (field.value === undefined) field.value = this.#readField(field);
    return field.value;
  }

  #readField({ startAt, endAt, isEscaped }: WantedField): CelValue {
    const { bytes } = this.#value;
    const byte = bytes[startAt] as number;
    if (byte === quote) {
      this.#budget.allocate(endAt - startAt);
      return readJsonString(bytes, startAt, endAt, isEscaped);
    }
    if (byte <= nine) return readJsonNumber(bytes, startAt, endAt);
    return readJsonValue(bytes, startAt, endAt, this.#budget);
  }

  /** Whether the field is this text. Bytes that are the same are the same text, unless something is escaped. */
  #isText(field: WantedField, text: string, expected: Uint8Array): boolean {
    const { bytes } = this.#value;
    const { startAt, endAt } = field;
    if (bytes[startAt] !== quote) return false;
    if (field.isEscaped) {
      this.#budget.allocate(endAt - startAt);
      return readJsonString(bytes, startAt, endAt, true) === text;
    }
    if (endAt - startAt - 2 !== expected.length) return false;
    for (let i = 0; i < expected.length; i++) {
      if (bytes[startAt + 1 + i] !== expected[i]) return false;
    }
    return true;
  }
}
