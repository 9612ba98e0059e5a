import type { Budget } from './cel/budget.ts';
import { elementBytes } from './cel/collections.ts';
import type { Environment, FieldAccess, Variable } from './cel/environment.ts';
import { decodeUtf8, encodeUtf8 } from './cel/text.ts';
import { timestampOfMs } from './cel/times.ts';
import { dynType, simpleType } from './cel/types.ts';
import type { Type } from './cel/types.ts';
import { CelMap, Failure } from './cel/values.ts';
import type { CelValue, Evaluate, MapKey, Outcome } from './cel/values.ts';
import { CurrentRecord, Slice } from './current-record.ts';
import type { WantedHeader } from './current-record.ts';
import { ValueVariable } from './value-variable.ts';

const headersType: Type = { kind: 'map', key: simpleType('string'), value: dynType };

/**
 * The variables of a filter, over whichever record was loaded last. Whatever takes work is worked out when it
 * is first asked for, and kept where it may be asked for again. HOT: bench=filter
 */
export class RecordVariables implements Environment {
  readonly variables: ReadonlyMap<string, Variable>;
  /** Load it and call `reset`. */
  readonly record = new CurrentRecord();
  readonly #budget: Budget;
  readonly #value: ValueVariable;
  readonly #header = new Slice();
  #key: CelValue | undefined;
  #headers: CelMap | undefined;

  constructor(budget: Budget, jsonDepthMax: number) {
    this.#budget = budget;
    this.#value = new ValueVariable(this.record.value, budget, jsonDepthMax);
    this.variables = new Map<string, Variable>([
      ['key', this.#keyVariable()],
      ['value', this.#value],
      ['bytes', variable(dynType, () => this.record.value.toBytes())],
      [
        'headers',
        {
          type: headersType,
          read: () => this.#readHeaders(),
          fieldAt: (path) => this.#headerAt(path),
        },
      ],
      [
        'timestamp',
        variable(simpleType('google.protobuf.Timestamp'), () =>
          timestampOfMs(this.record.timestamp),
        ),
      ],
      ['partition', variable(simpleType('int'), () => this.record.partition)],
      ['offset', variable(simpleType('int'), () => this.record.offset)],
      ['topic', variable(simpleType('string'), () => this.record.topic)],
    ]);
  }

  /** Forgets what was worked out for the record before. */
  reset(): void {
    this.#key = undefined;
    this.#headers = undefined;
    this.#value.reset();
  }

  /** Lets go of the record and of all that was made of it. */
  release(): void {
    this.record.release();
    this.#header.setAll(null);
    this.reset();
    this.#value.release();
  }

  #keyVariable(): Variable {
    const { key } = this.record;
    return {
      type: dynType,
      read: () => {
        if (this.#key === undefined) this.#key = this.#textOrBytes(key);
        return this.#key;
      },
      equalsText: (text) => {
        const expected = encodeUtf8(text);
        return () => key.equals(expected);
      },
    };
  }

  #readHeaders(): CelMap {
    this.#headers ??= new CelMap(this.#headerEntries());
    return this.#headers;
  }

  #headerEntries(): Map<MapKey, CelValue> {
    this.#budget.allocate(this.record.headerCount * elementBytes * 2);
    const slice = new Slice();
    return new Map(
      this.record.headers.map(({ key, value }) => {
        slice.setAll(value);
        return [key, this.#textOrBytes(slice)];
      }),
    );
  }

  #headerAt(path: readonly string[]): FieldAccess | undefined {
    const [name, ...below] = path;
    if (name === undefined || below.length > 0) return undefined;
    const header = this.#header;
    const wanted = { name, nameBytes: encodeUtf8(name) };
    const absent = new Failure(`no_such_key: there is no header ${name}`);
    return {
      read: (): Outcome => (this.#find(wanted) ? this.#textOrBytes(header) : absent),
      has: () => this.#find(wanted),
      equalsText: (text) => {
        const expected = encodeUtf8(text);
        return () => (this.#find(wanted) ? header.equals(expected) : absent);
      },
    };
  }

  #find(wanted: WantedHeader): boolean {
    this.#budget.spend(this.record.headerCount);
    return this.record.findHeader(wanted, this.#header);
  }

  #textOrBytes(slice: Slice): CelValue {
    if (slice.isNull) return null;
    this.#budget.allocate(slice.length * 2);
    return decodeUtf8(slice.bytes, slice.at, slice.end) ?? slice.toBytes();
  }
}

function variable(type: Type, read: Evaluate): Variable {
  return { type, read };
}
