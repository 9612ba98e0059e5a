import { assert, must } from '../util/assert.ts';

/** Kafka's types of configuration values. */
export const configTypes = [
  'BOOLEAN',
  'STRING',
  'INT',
  'SHORT',
  'LONG',
  'DOUBLE',
  'LIST',
  'CLASS',
  'PASSWORD',
] as const;
/** One of `configTypes`. */
export type ConfigType = (typeof configTypes)[number];

/** What a key configures. */
export type ConfigScope = 'topic' | 'broker' | 'group';

/** Whether, and for whom, a key may be set at run time. */
export type ConfigUpdate = 'read-only' | 'per-broker' | 'cluster-wide';

/**
 * What setting a key does: it acts; it is accepted but means nothing here (`ignored`); or it is accepted,
 * and will act once what it configures is there (`later`).
 */
export type ConfigEffect = 'acts' | 'ignored' | 'later';

/** What values a key may have beyond its type. */
export type ConfigBounds =
  | { readonly kind: 'any' }
  /** Numbers from `min` to `max`, both included, or `or`. */
  | {
      readonly kind: 'range';
      readonly min: number;
      readonly max: number | undefined;
      readonly or: number | undefined;
    }
  /** One of `values`, or a list of them. */
  | { readonly kind: 'oneOf'; readonly values: readonly string[]; readonly ignoreCase: boolean }
  | { readonly kind: 'throttledReplicas' }
  /** Where a share group begins to read. */
  | { readonly kind: 'offsetReset' }
  | { readonly kind: 'nonEmpty' };

/** One key, with all that is known of it. */
export interface ConfigKey {
  readonly name: string;
  readonly scope: ConfigScope;
  readonly type: ConfigType;
  /** As text, like every value. Null where nothing is in effect unless set. */
  readonly defaultValue: string | null;
  readonly bounds: ConfigBounds;
  /** The bounds as Kafka writes them; empty where there are none. */
  readonly boundsText: string;
  readonly importance: 'high' | 'medium' | 'low';
  readonly update: ConfigUpdate;
  readonly effect: ConfigEffect;
  /** One sentence for people. */
  readonly documentation: string;
}

/** Keys whose values are never shown. */
export function isSensitive(key: ConfigKey): boolean {
  return key.type === 'PASSWORD';
}

/**
 * Reads a table of keys. Each takes two lines: its facts, parted by ` | ` (name, type, default, bounds,
 * importance, update, effect), and indented below them, its documentation. A default of `null` is none, `""`
 * is the empty text. A table that is not in order is a defect in Odradek and asserts.
 */
export function parseKeyTable(scope: ConfigScope, table: string): readonly ConfigKey[] {
  const lines = table.split('\n').filter((line) => line.trim() !== '');
  const keys: ConfigKey[] = [];
  for (let i = 0; i < lines.length; i += 2) {
    keys.push(
      parseKey(scope, lines[i] as string, must(lines[i + 1], 'a key has its documentation')),
    );
  }
  return keys;
}

function parseKey(scope: ConfigScope, facts: string, documentation: string): ConfigKey {
  const fields = facts.split(' | ').map((field) => field.trim());
  const [name = '', type, defaultText, boundsText = '', importance, update, effect] = fields;
  assert(
    fields.length === 7 && documentation.startsWith('  '),
    `'${facts}' is a key of seven fields`,
  );
  return {
    name,
    scope,
    type: oneOf(configTypes, type, name),
    defaultValue: defaultText === 'null' ? null : defaultText === '""' ? '' : (defaultText ?? null),
    bounds: parseBounds(boundsText),
    boundsText,
    importance: oneOf(['high', 'medium', 'low'] as const, importance, name),
    update: oneOf(['read-only', 'per-broker', 'cluster-wide'] as const, update, name),
    effect: oneOf(['acts', 'ignored', 'later'] as const, effect, name),
    documentation: documentation.trim(),
  };
}

function oneOf<T extends string>(values: readonly T[], value: string | undefined, name: string): T {
  return must(
    values.find((candidate) => candidate === value),
    `'${value}' of ${name} is one of ${values.join(', ')}`,
  );
}

/** Bounds in the notation of Kafka's documentation, such as `[0,...]`, `[1,...,9] or -1`, `[a, b]`. */
function parseBounds(text: string): ConfigBounds {
  if (text === '' || text === 'non-null string' || text === 'non-empty list')
    return { kind: 'any' };
  if (text === 'non-empty string') return { kind: 'nonEmpty' };
  if (text.startsWith('[partitionId]')) return { kind: 'throttledReplicas' };
  if (text.includes('by_duration:')) return { kind: 'offsetReset' };
  const range = /^\[(-?\d+),\.\.\.(?:,(-?\d+))?\](?: or (-?\d+))?$/.exec(text);
  if (range) {
    const [, min, max, or] = range;
    return { kind: 'range', min: Number(min), max: numberOf(max), or: numberOf(or) };
  }
  const choice = /^(\(case insensitive\) )?\[(.*?)\](?: .*)?$/.exec(text);
  const values = must(choice, `'${text}' are bounds`)[2] as string;
  return { kind: 'oneOf', values: values.split(', '), ignoreCase: choice?.[1] !== undefined };
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
