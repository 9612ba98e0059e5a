import type { Budget } from './cel/budget.ts';
import { elementBytes } from './cel/collections.ts';
import type { Environment, FieldAccess, Variable } from './cel/environment.ts';
import { decodeUtf8 } from './cel/text.ts';
import { timestampOfMs } from './cel/times.ts';
import { dynType, simpleType } from './cel/types.ts';
import type { Type } from './cel/types.ts';
import { CelMap, Failure } from './cel/values.ts';
import type { CelValue, Evaluate, MapKey, Outcome } from './cel/values.ts';
import type { FilteredRecord } from './record-values.ts';
import { ValueVariable } from './value-variable.ts';

const noRecord: FilteredRecord = {
  topic: '',
  partition: -1,
  offset: -1,
  timestamp: -1,
  key: null,
  value: null,
  headers: [],
};

const headersType: Type = { kind: 'map', key: simpleType('string'), value: dynType };

/**
 * The variables of a filter, over whichever record was loaded last. Whatever takes work is worked out when it
 * is first asked for, and `key`, which may be asked for more than once, kept.
 */
export class RecordVariables implements Environment {
  readonly variables: ReadonlyMap<string, Variable>;
  readonly #budget: Budget;
  readonly #value: ValueVariable;
  #record: FilteredRecord = noRecord;
  #key: CelValue | undefined;
  #headers: CelMap | undefined;

  constructor(budget: Budget, jsonDepthMax: number) {
    this.#budget = budget;
    this.#value = new ValueVariable(budget, jsonDepthMax);
    const variable = (type: Type, read: Evaluate): Variable => ({ type, read });
    this.variables = new Map<string, Variable>([
      ['key', variable(dynType, () => this.#readKey())],
      ['value', this.#value],
      ['bytes', variable(dynType, () => this.#record.value)],
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
          timestampOfMs(this.#record.timestamp),
        ),
      ],
      ['partition', variable(simpleType('int'), () => this.#record.partition)],
      ['offset', variable(simpleType('int'), () => this.#record.offset)],
      ['topic', variable(simpleType('string'), () => this.#record.topic)],
    ]);
  }

  /** Takes the next record. Its bytes are looked at until the one after. */
  load(record: FilteredRecord): void {
    this.#record = record;
    this.#key = undefined;
    this.#headers = undefined;
    this.#value.load(record.value);
  }

  #readKey(): CelValue {
    if (this.#key === undefined) this.#key = this.#textOrBytes(this.#record.key);
    return this.#key;
  }

  #readHeaders(): CelMap {
    this.#headers ??= new CelMap(this.#headerEntries());
    return this.#headers;
  }

  #headerEntries(): Map<MapKey, CelValue> {
    const { headers } = this.#record;
    this.#budget.allocate(headers.length * elementBytes * 2);
    return new Map(headers.map(({ key, value }) => [key, this.#textOrBytes(value)]));
  }

  #headerAt(path: readonly string[]): FieldAccess | undefined {
    const [name, ...below] = path;
    if (name === undefined || below.length > 0) return undefined;
    const absent = new Failure(`no_such_key: there is no header ${name}`);
    const read = (): Outcome => {
      const header = this.#lastHeader(name);
      return header === undefined ? absent : this.#textOrBytes(header.value);
    };
    return {
      read,
      has: () => this.#lastHeader(name) !== undefined,
      equalsText: (text) => () => {
        const value = read();
        return value instanceof Failure ? value : value === text;
      },
    };
  }

  /** Of headers of one name the last counts, as for Kafka's clients. */
  #lastHeader(name: string): { readonly value: Uint8Array | null } | undefined {
    const { headers } = this.#record;
    this.#budget.spend(headers.length);
    return headers.findLast(({ key }) => key === name);
  }

  #textOrBytes(bytes: Uint8Array | null): CelValue {
    if (bytes === null) return null;
    this.#budget.allocate(bytes.length * 2);
    return decodeUtf8(bytes) ?? bytes;
  }
}
