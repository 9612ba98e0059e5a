import type { CaseValue, ConformanceCase } from '../../test/filter/conformance/case.ts';
import type { ProtoMessage, ProtoValue } from './textproto.ts';

/** Why a case is not taken over. Thrown while it is converted. */
export class LeftOut extends Error {
  override readonly name = 'LeftOut';
}

const timestamp = 'google.protobuf.Timestamp';
const duration = 'google.protobuf.Duration';
const utf8 = new TextDecoder();

/** Names that only an environment of protobuf messages has. */
const messageNames =
  /TestAllTypes|TestAllRequiredTypes|google\.protobuf\.(?!Timestamp\b|Duration\b)|Enum\b|\bcel\.|protobuf\.Any/;

/** The case that a `SimpleTest` is. Throws `LeftOut` for one that is about what filters do not have. */
export function convertTest(section: string, test: ProtoMessage): ConformanceCase {
  const expression = textIn(test, 'expr');
  const container = textIn(test, 'container');
  if (container.startsWith('cel.expr') || messageNames.test(expression)) {
    throw new LeftOut('messages and enums');
  }
  if (container !== '') throw new LeftOut('containers');
  if (wordIn(test, 'disable_macros') === 'true') throw new LeftOut('macros switched off');
  const variables = variablesOf(test);
  return {
    section,
    name: textIn(test, 'name'),
    expression,
    ...(Object.keys(variables).length > 0 ? { variables } : {}),
    ...(wordIn(test, 'disable_check') === 'true' ? { isUnchecked: true } : {}),
    ...(wordIn(test, 'check_only') === 'true' ? { isCheckOnly: true } : {}),
    ...expectedOf(test),
  };
}

function expectedOf(test: ProtoMessage): { value?: CaseValue; type?: string } {
  if (test.has('unknown') || test.has('any_unknowns')) throw new LeftOut('unknown values');
  if (test.has('eval_error') || test.has('any_eval_errors')) return {};
  const typed = messageIn(test, 'typed_result');
  if (typed !== undefined) {
    const type = messageIn(typed, 'deduced_type');
    const result = messageIn(typed, 'result');
    return {
      ...(result === undefined ? {} : { value: valueOf(result) }),
      ...(type === undefined ? {} : { type: typeOf(type) }),
    };
  }
  const value = messageIn(test, 'value');
  return { value: value === undefined ? { bool: true } : valueOf(value) };
}

function variablesOf(test: ProtoMessage): Record<string, { type?: string; value?: CaseValue }> {
  const variables: Record<string, { type?: string; value?: CaseValue }> = {};
  for (const declaration of messagesIn(test, 'type_env')) {
    const ident = messageIn(declaration, 'ident');
    if (ident === undefined) throw new LeftOut('functions of the host');
    const type = messageIn(ident, 'type');
    variables[textIn(declaration, 'name')] = type === undefined ? {} : { type: typeOf(type) };
  }
  for (const binding of messagesIn(test, 'bindings')) {
    const name = textIn(binding, 'key');
    const bound = messageIn(binding, 'value');
    const value = bound === undefined ? undefined : messageIn(bound, 'value');
    if (value === undefined) throw new LeftOut('unknown values');
    variables[name] = { ...variables[name], value: valueOf(value) };
  }
  return variables;
}

function valueOf(message: ProtoMessage): CaseValue {
  for (const [field, [value]] of message) {
    if (value === undefined) continue;
    const convert = scalarValues[field];
    if (convert !== undefined) return convert(value);
    if (!(value instanceof Map)) continue;
    if (field === 'list_value') return { list: messagesIn(value, 'values').map(valueOf) };
    if (field === 'map_value') return { map: messagesIn(value, 'entries').map(entryOf) };
    if (field === 'object_value') return objectValue(value);
  }
  throw new LeftOut('messages and enums');
}

const scalarValues: Readonly<Record<string, (value: ProtoValue) => CaseValue>> = {
  null_value: () => ({ null: true }),
  bool_value: (value) => ({ bool: value === 'true' }),
  int64_value: (value) => ({ int: textOf(value) }),
  uint64_value: (value) => ({ uint: textOf(value) }),
  double_value: (value) => ({ double: textOf(value) }),
  string_value: (value) => ({ string: textOf(value) }),
  bytes_value: (value) => ({ bytes: Buffer.from(value as Uint8Array).toString('hex') }),
  type_value: (value) => ({ type: textOf(value) }),
};

function entryOf(entry: ProtoMessage): readonly [CaseValue, CaseValue] {
  const [key, value] = [messageIn(entry, 'key'), messageIn(entry, 'value')];
  if (key === undefined || value === undefined) throw new LeftOut('messages and enums');
  return [valueOf(key), valueOf(value)];
}

function objectValue(any: ProtoMessage): CaseValue {
  for (const [field, [value]] of any) {
    if (!(value instanceof Map)) continue;
    const parts = [wordIn(value, 'seconds') || '0', wordIn(value, 'nanos') || '0'] as const;
    if (field === `[type.googleapis.com/${timestamp}]`) return { timestamp: parts };
    if (field === `[type.googleapis.com/${duration}]`) return { duration: parts };
  }
  throw new LeftOut('messages and enums');
}

const primitives: Readonly<Record<string, string>> = {
  BOOL: 'bool',
  INT64: 'int',
  UINT64: 'uint',
  DOUBLE: 'double',
  STRING: 'string',
  BYTES: 'bytes',
  TIMESTAMP: 'timestamp',
  DURATION: 'duration',
};

function typeOf(message: ProtoMessage): string {
  for (const [field, [value]] of message) {
    if (field === 'dyn' || field === 'type_param') return 'dyn';
    if (field === 'null') return 'null';
    if (typeof value === 'string') return primitives[value] ?? leaveOut('messages and enums');
    if (field === 'message_type') return messageType(textOf(value));
    if (!(value instanceof Map)) continue;
    const part = (name: string) => typeOf(messageIn(value, name) ?? new Map([['dyn', ['']]]));
    if (field === 'list_type') return `list(${part('elem_type')})`;
    if (field === 'map_type') return `map(${part('key_type')}, ${part('value_type')})`;
    if (field === 'type') return `type(${value.size === 0 ? 'dyn' : typeOf(value)})`;
    if (field === 'abstract_type') throw new LeftOut('optional values');
  }
  throw new LeftOut('messages and enums');
}

function messageType(name: string): string {
  if (name === timestamp) return 'timestamp';
  return name === duration ? 'duration' : leaveOut('messages and enums');
}

function leaveOut(reason: string): never {
  throw new LeftOut(reason);
}

function textOf(value: ProtoValue | undefined): string {
  if (value instanceof Uint8Array) return utf8.decode(value);
  return typeof value === 'string' ? value : '';
}

/** The text of a field, empty where it is not there. */
export function textIn(message: ProtoMessage, field: string): string {
  return textOf(message.get(field)?.[0]);
}

function wordIn(message: ProtoMessage, field: string): string {
  const value = message.get(field)?.[0];
  return typeof value === 'string' ? value : '';
}

function messageIn(message: ProtoMessage, field: string): ProtoMessage | undefined {
  return messagesIn(message, field)[0];
}

/** The messages of a field. */
export function messagesIn(message: ProtoMessage, field: string): readonly ProtoMessage[] {
  return (message.get(field) ?? []).filter((value) => value instanceof Map);
}
