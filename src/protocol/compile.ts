/**
 * Makes the codec of one version of a message from its schema. All that depends on the version is decided
 * here: what runs per message is a list of readers and one of writers for each struct.
 */
import { assert } from '../util/assert.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { FieldError, within } from './protocol-error.ts';
import {
  lengthCodec,
  nullAllowed,
  refuseNull,
  scalarCodec,
  scalarDefault,
} from './scalar-codecs.ts';
import type { Read, ValueCodec, Write } from './scalar-codecs.ts';
import type { Field, Fields, ScalarKind } from './schema.ts';
import { includesVersion, parseVersions } from './versions.ts';

/**
 * Whether `int64` fields are numbers held at ±2^53 (`held`), or bigints like `bigint64` (`exact`), as
 * tests compile them that compare full-range values.
 */
export type Int64Mode = 'held' | 'exact';

/** What is compiled for. */
export interface Target {
  readonly version: number;
  readonly flexible: boolean;
  readonly int64s: Int64Mode;
}

type Struct = Record<string, unknown>;

/** A field in the tagged section of its version. */
interface TaggedField {
  readonly tag: number;
  readonly name: string;
  readonly codec: ValueCodec;
  readonly isDefault: (value: unknown) => boolean;
}

/** A field whose version does not have it and which may then only hold its default. */
interface AbsentField {
  readonly name: string;
  readonly isDefault: (value: unknown) => boolean;
}

/** Where `field` stands in a version. */
function placeOf(field: Field, target: Target): 'inline' | 'tagged' | 'absent' {
  const { versions, tag } = field.options;
  if (versions !== undefined && !includesVersion(parseVersions(versions), target.version)) {
    return 'absent';
  }
  if (tag === undefined) return 'inline';
  assert(target.flexible, 'only flexible versions have tagged fields');
  return 'tagged';
}

function isNullable(field: Field, target: Target): boolean {
  const { nullable } = field.options;
  if (nullable === undefined || nullable === true) return nullable === true;
  return includesVersion(parseVersions(nullable), target.version);
}

function kindOf(kind: ScalarKind, target: Target): ScalarKind {
  return kind === 'int64' && target.int64s === 'exact' ? 'bigint64' : kind;
}

/** How the values of `field` stand on the wire, whether inline or tagged. */
function valueCodec(field: Field, target: Target): ValueCodec {
  const { shape, options } = field;
  const form = {
    compact: target.flexible && options.flexible !== 'none',
    nullable: isNullable(field, target),
  };
  switch (shape.kind) {
    case 'array':
      return arrayCodec(shape.element, target, form);
    case 'struct': {
      const codec = structCodec(shape.fields, target);
      if (!form.nullable) return codec;
      return placeOf(field, target) === 'tagged' ? nullableTagged(codec) : nullableStruct(codec);
    }
    default:
      return scalarCodec(kindOf(shape.kind, target), form);
  }
}

/** A struct that may be null has a byte in front: -1 for null, 1 otherwise. */
function nullableStruct(codec: ValueCodec): ValueCodec {
  return {
    bytesMin: 1,
    read: (reader) => {
      const marker = reader.int8();
      return marker < 0 ? nullAllowed(marker, true) : codec.read(reader);
    },
    write: (writer, value) => {
      writer.int8(value === null ? -1 : 1);
      if (value !== null) codec.write(writer, value);
    },
  };
}

/** In a tagged field the byte in front is a varint: 0 for null, 1 otherwise. */
function nullableTagged(codec: ValueCodec): ValueCodec {
  return {
    bytesMin: 1,
    read: (reader) => (reader.unsignedVarint() === 0 ? null : codec.read(reader)),
    write: (writer, value) => {
      writer.unsignedVarint(value === null ? 0 : 1);
      if (value !== null) codec.write(writer, value);
    },
  };
}

function arrayCodec(
  element: Field,
  target: Target,
  form: { compact: boolean; nullable: boolean },
): ValueCodec {
  const length = lengthCodec(form);
  const codec = valueCodec(element, target);
  const bytesMin = codec.bytesMin;
  assert(bytesMin > 0, 'an element takes a byte at least, so that the bytes left bound the count');
  const weight = isInteger(element) ? integerWeight : 1;
  return {
    bytesMin: length.bytesMin,
    read: (reader) => {
      const count = length.read(reader);
      if (count < 0) return null;
      if (count * bytesMin > reader.remaining) {
        throw new FieldError(`${count} elements in ${reader.remaining} bytes`);
      }
      reader.takeElements(count * weight);
      return readElements(reader, count, codec.read);
    },
    write: (writer, value) => {
      if (value === null) {
        length.write(writer, -1);
        return;
      }
      if (!Array.isArray(value)) throw new FieldError('not an array');
      length.write(writer, value.length);
      writeElements(writer, value, codec.write);
    },
  };
}

/** What an integer counts among the elements of a message: it takes 8 bytes, a small struct many more. */
const integerWeight = 1 / 8;

function isInteger(element: Field): boolean {
  return element.shape.kind.startsWith('int') || element.shape.kind.startsWith('uint');
}

// HOT: bench=codec
function readElements(reader: ByteReader, count: number, read: Read): unknown[] {
  const elements: unknown[] = [];
  let index = 0;
  try {
    for (; index < count; index++) elements.push(read(reader));
  } catch (error) {
    throw within(index, error);
  }
  return elements;
}

// HOT: bench=codec
function writeElements(writer: ByteWriter, elements: readonly unknown[], write: Write): void {
  let index = 0;
  try {
    for (; index < elements.length; index++) write(writer, elements[index]);
  } catch (error) {
    throw within(index, error);
  }
}

/** What one version does with the fields of a struct. */
interface StructPlan {
  /** All fields in the order of the schema, so that the objects of every version have one shape. */
  readonly names: readonly string[];
  /** One for each name: reads the field, or gives its default without reading. */
  readonly reads: readonly Read[];
  readonly inlineNames: readonly string[];
  readonly inlineWrites: readonly Write[];
  /** What stands for a value that was left out. */
  readonly inlineDefaults: readonly unknown[];
  readonly tagged: readonly TaggedField[];
  readonly mustBeDefault: readonly AbsentField[];
  readonly bytesMin: number;
}

/** The codec of a struct, and of a message as a whole. */
export function structCodec(fields: Fields, target: Target): ValueCodec {
  const plan = planStruct(fields, target);
  return {
    bytesMin: plan.bytesMin,
    read: structReader(plan, target),
    write: structWriter(plan, target),
  };
}

function planStruct(fields: Fields, target: Target): StructPlan {
  const names: string[] = [];
  const reads: Read[] = [];
  const inlineNames: string[] = [];
  const inlineWrites: Write[] = [];
  const inlineDefaults: unknown[] = [];
  const tagged: TaggedField[] = [];
  const mustBeDefault: AbsentField[] = [];
  let bytesMin = target.flexible ? 1 : 0;
  for (const [name, field] of Object.entries(fields)) {
    const place = placeOf(field, target);
    const makeDefault = defaultMaker(field, target.int64s);
    names.push(name);
    if (place === 'inline') {
      const codec = valueCodec(field, target);
      reads.push(codec.read);
      inlineNames.push(name);
      inlineWrites.push(codec.write);
      inlineDefaults.push(makeDefault());
      bytesMin += codec.bytesMin;
      continue;
    }
    reads.push(makeDefault);
    const isDefault = defaultTest(field, target.int64s);
    if (place === 'tagged') {
      tagged.push({
        tag: field.options.tag ?? 0,
        name,
        codec: taggedCodec(field, target),
        isDefault,
      });
    } else if (field.options.ignorable !== true) {
      mustBeDefault.push({ name, isDefault });
    }
  }
  tagged.sort((a, b) => a.tag - b.tag);
  return {
    names,
    reads,
    inlineNames,
    inlineWrites,
    inlineDefaults,
    tagged,
    mustBeDefault,
    bytesMin,
  };
}

function taggedCodec(field: Field, target: Target): ValueCodec {
  assert(
    field.shape.kind !== 'records',
    'records stand in no tagged field: their size is not known',
  );
  return valueCodec(field, target);
}

/**
 * Gives what `field` holds where it is not on the wire. Arrays are made anew each time, structs are one
 * frozen object.
 */
function defaultMaker(field: Field, int64s: Int64Mode): () => unknown {
  const value = defaultOf(field, int64s);
  return Array.isArray(value) ? () => [] : () => value;
}

function defaultOf({ shape, options }: Field, int64s: Int64Mode): unknown {
  if (options.default === null) return null;
  switch (shape.kind) {
    case 'array':
      return [];
    case 'struct': {
      const value: Struct = {};
      for (const [name, field] of Object.entries(shape.fields))
        value[name] = defaultOf(field, int64s);
      return Object.freeze(value);
    }
    case 'int64':
      return int64Default(options.default as number | bigint | undefined, int64s);
    default:
      return options.default ?? scalarDefault(shape.kind);
  }
}

function int64Default(value: number | bigint = 0, int64s: Int64Mode): number | bigint {
  if (int64s === 'exact') return BigInt(value);
  const number = Number(value);
  return Math.min(Math.max(number, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

/** Tells whether a value is the default of `field`; undefined is. */
function defaultTest(field: Field, int64s: Int64Mode): (value: unknown) => boolean {
  const value = defaultOf(field, int64s);
  const { shape } = field;
  if (value !== null && shape.kind === 'struct') return structDefaultTest(shape.fields, int64s);
  if (value !== null && ['array', 'bytes', 'records'].includes(shape.kind)) {
    return (other) => other === undefined || (other as { length?: number } | null)?.length === 0;
  }
  return (other) => other === undefined || other === value;
}

function structDefaultTest(fields: Fields, int64s: Int64Mode): (value: unknown) => boolean {
  const tests = Object.entries(fields).map(([name, field]) => ({
    name,
    isDefault: defaultTest(field, int64s),
  }));
  return (value) => {
    if (value === undefined) return true;
    if (value === null) return false;
    return tests.every(({ name, isDefault }) => isDefault((value as Struct)[name]));
  };
}

function structReader({ names, reads, tagged }: StructPlan, { flexible }: Target): Read {
  const count = names.length;
  // HOT: bench=codec
  return (reader) => {
    const struct: Struct = {};
    let index = 0;
    try {
      for (; index < count; index++) {
        struct[names[index] as string] = (reads[index] as Read)(reader);
      }
    } catch (error) {
      throw within(names[index] as string, error);
    }
    if (flexible) readTaggedFields(reader, struct, tagged);
    return struct;
  };
}

function readTaggedFields(
  reader: ByteReader,
  struct: Struct,
  tagged: readonly TaggedField[],
): void {
  const count = reader.unsignedVarint();
  if (count === 0) return;
  // A tag and a size are a byte each at least.
  reader.expect(count * 2);
  for (let i = 0; i < count; i++) {
    const tag = reader.unsignedVarint();
    const size = reader.unsignedVarint();
    const field = tagged.find((candidate) => candidate.tag === tag);
    if (field === undefined) reader.skip(size);
    else struct[field.name] = readTaggedField(reader, field, size);
  }
}

function readTaggedField(reader: ByteReader, { name, codec }: TaggedField, size: number): unknown {
  try {
    reader.expect(size);
    const end = reader.remaining - size;
    const value = codec.read(reader);
    if (reader.remaining !== end) throw new FieldError(`not the ${size} bytes that its tag says`);
    return value;
  } catch (error) {
    throw within(name, error);
  }
}

function structWriter(plan: StructPlan, { version, flexible }: Target): Write {
  const { inlineNames, inlineWrites, inlineDefaults, tagged, mustBeDefault } = plan;
  const count = inlineNames.length;
  // HOT: bench=codec
  return (writer, value) => {
    if (typeof value !== 'object' || value === null) refuseNull(false);
    const struct = value as Struct;
    let index = 0;
    try {
      for (; index < count; index++) {
        const field = struct[inlineNames[index] as string];
        (inlineWrites[index] as Write)(writer, field === undefined ? inlineDefaults[index] : field);
      }
    } catch (error) {
      throw within(inlineNames[index] as string, error);
    }
    if (flexible) writeTaggedFields(writer, struct, tagged);
    for (let i = 0; i < mustBeDefault.length; i++) {
      const { name, isDefault } = mustBeDefault[i] as AbsentField;
      if (!isDefault(struct[name])) {
        throw within(name, new FieldError(`a value, which version ${version} has no room for`));
      }
    }
  };
}

function writeTaggedFields(
  writer: ByteWriter,
  struct: Struct,
  tagged: readonly TaggedField[],
): void {
  let count = 0;
  for (let i = 0; i < tagged.length; i++) {
    const field = tagged[i] as TaggedField;
    if (!field.isDefault(struct[field.name])) count++;
  }
  writer.unsignedVarint(count);
  if (count === 0) return;
  for (const field of tagged) {
    if (!field.isDefault(struct[field.name])) writeTaggedField(writer, field, struct[field.name]);
  }
}

function writeTaggedField(writer: ByteWriter, field: TaggedField, value: unknown): void {
  writer.unsignedVarint(field.tag);
  const position = writer.position;
  try {
    field.codec.write(writer, value);
  } catch (error) {
    throw within(field.name, error);
  }
  writer.insertSize(position);
}
