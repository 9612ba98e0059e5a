import fc from 'fast-check';
import type { Field, Fields, MessageSchema } from '../../src/protocol/schema.ts';
import { includesVersion, parseVersions } from '../../src/protocol/versions.ts';

/** Random values of all fields that `version` of a message has; the others are left out. */
export function messagesOf(
  schema: MessageSchema,
  version: number,
): fc.Arbitrary<Record<string, unknown>> {
  return fieldsOf(schema.fields, version);
}

function isPresent(field: Field, version: number): boolean {
  const { versions } = field.options;
  return versions === undefined || includesVersion(parseVersions(versions), version);
}

function fieldsOf(fields: Fields, version: number): fc.Arbitrary<Record<string, unknown>> {
  const present = Object.entries(fields).filter(([, field]) => isPresent(field, version));
  return fc.record(
    Object.fromEntries(present.map(([name, field]) => [name, valuesOf(field, version)])),
    { noNullPrototype: true },
  );
}

function valuesOf(field: Field, version: number): fc.Arbitrary<unknown> {
  const { nullable } = field.options;
  const values = shapeValues(field, version);
  const mayBeNull =
    nullable === true ||
    (nullable !== undefined && includesVersion(parseVersions(nullable), version));
  return mayBeNull ? fc.option(values, { freq: 4 }) : values;
}

const uuids = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString('base64url'));
const texts = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('a'.repeat(47), 'b'.repeat(49), 'ö'.repeat(70), '日'.repeat(200)),
);
const chunkLists = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 3 });

function whole(bits: number): fc.Arbitrary<number> {
  return fc.integer({ min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 });
}

function shapeValues({ shape }: Field, version: number): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'bool':
      return fc.boolean();
    case 'int8':
      return whole(8);
    case 'int16':
      return whole(16);
    case 'int32':
      return whole(32);
    case 'uint16':
      return fc.integer({ min: 0, max: 0xffff });
    case 'int64':
      return fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -2, max: 1000 }));
    case 'bigint64':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case 'uuid':
      return uuids;
    case 'string':
      return texts;
    case 'bytes':
      return fc.uint8Array({ maxLength: 300 });
    case 'records':
      return chunkLists;
    case 'array':
      return fc.array(valuesOf(shape.element, version), { maxLength: 3 });
    case 'struct':
      return fieldsOf(shape.fields, version);
  }
}
