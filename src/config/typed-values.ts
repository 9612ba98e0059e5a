import { must } from '../util/assert.ts';
import type { ConfigKey } from './config-key.ts';
import { parseBoolean, parseDouble, parseInteger, parseList } from './config-value.ts';

/**
 * Valid values of one table of keys, by their types. Asking for a key that is not in the table, or for one
 * without a value, asserts.
 */
export class TypedValues {
  readonly #keys: ReadonlyMap<string, ConfigKey>;
  readonly #lookUp: (key: string) => string | undefined;

  /** `lookUp` gives the text that is set, or undefined, for which the default stands. */
  constructor(keys: ReadonlyMap<string, ConfigKey>, lookUp: (key: string) => string | undefined) {
    this.#keys = keys;
    this.#lookUp = lookUp;
  }

  optionalText(name: string): string | undefined {
    const key = must(this.#keys.get(name), `${name} is a key`);
    return (this.#lookUp(name) ?? key.defaultValue)?.trim();
  }

  text(name: string): string {
    return must(this.optionalText(name), `${name} has a value`);
  }

  /** Held at ±2^53. */
  integer(name: string): number {
    return must(parseInteger('LONG', this.text(name)), `${name} is a whole number`);
  }

  /** Undefined where nothing is set and there is no default. */
  optionalInteger(name: string): number | undefined {
    return this.optionalText(name) === undefined ? undefined : this.integer(name);
  }

  double(name: string): number {
    return must(parseDouble(this.text(name)), `${name} is a number`);
  }

  boolean(name: string): boolean {
    return must(parseBoolean(this.text(name)), `${name} is true or false`);
  }

  list(name: string): string[] {
    return parseList(this.text(name));
  }
}
