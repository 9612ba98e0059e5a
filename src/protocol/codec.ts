import type { ByteReader } from './byte-reader.ts';
import { concatenated } from '../util/bytes.ts';
import { ByteWriter } from './byte-writer.ts';
import { structCodec } from './compile.ts';
import type { Int64Mode } from './compile.ts';
import { FieldError, ProtocolError, inMessage } from './protocol-error.ts';
import type { ValueCodec } from './scalar-codecs.ts';
import type { Encodable, Fields, Infer, MessageSchema } from './schema.ts';
import { includesVersion } from './versions.ts';

/** The codecs of a schema compiled so far, by version. */
type Compiled = (ValueCodec | undefined)[];

const compiled: Readonly<Record<Int64Mode, WeakMap<MessageSchema, Compiled>>> = {
  held: new WeakMap(),
  exact: new WeakMap(),
};

/** The one writer: a message is encoded to its end before anything else runs. */
const writer = new ByteWriter();

/** The codec of `version`, compiled at its first use. */
function codecOf(schema: MessageSchema, version: number, int64s: Int64Mode): ValueCodec {
  let codecs = compiled[int64s].get(schema);
  if (codecs === undefined) {
    codecs = [];
    compiled[int64s].set(schema, codecs);
  }
  return (codecs[version] ??= compileVersion(schema, version, int64s));
}

function compileVersion(schema: MessageSchema, version: number, int64s: Int64Mode): ValueCodec {
  if (!includesVersion(schema.validVersions, version)) {
    throw new ProtocolError(`${schema.name} has no version ${version}`);
  }
  const flexible = includesVersion(schema.flexibleVersions, version);
  return structCodec(schema.fields, { version, flexible, int64s });
}

/**
 * Reads a message of `version`, which must be one of the schema's. Fields that the version does not have hold
 * their default. Throws `PROTOCOL_ERROR`, which names message, version and field, for anything malformed, bytes
 * behind the message among it (but not behind a request, a header or a structure of the consumer protocol).
 *
 * `records` fields share the memory of the reader's chunks; all else belongs to the caller. A struct that
 * is not on the wire is frozen: it may be shared with other messages.
 */
export function decodeMessage<F extends Fields>(
  schema: MessageSchema<F>,
  version: number,
  reader: ByteReader,
): Infer<MessageSchema<F>> {
  return decode(schema, version, reader, 'held') as Infer<MessageSchema<F>>;
}

/** As `decodeMessage`, with every int64 as a bigint, for tests that compare full-range values. */
export function decodeExactly(
  schema: MessageSchema,
  version: number,
  reader: ByteReader,
): Record<string, unknown> {
  return decode(schema, version, reader, 'exact') as Record<string, unknown>;
}

function decode(
  schema: MessageSchema,
  version: number,
  reader: ByteReader,
  int64s: Int64Mode,
): unknown {
  const codec = codecOf(schema, version, int64s);
  try {
    const message = codec.read(reader);
    if (reader.remaining > 0 && !schema.toleratesTrailingBytes) {
      throw new FieldError(`${reader.remaining} bytes too many`);
    }
    return message;
  } catch (error) {
    throw inMessage(schema.name, version, error);
  }
}

/**
 * Writes `value` as a message of `version`, which must be one of the schema's. `records` fields are
 * pieces of their own and not copied. Throws `PROTOCOL_ERROR` for a value that does not fit its type or
 * its version: a field that the version lacks may only hold its default, unless it is ignorable.
 *
 * The other pieces share their memory with other messages: copy what is to be kept for long, transfer
 * none to another thread.
 */
export function encodeMessage<F extends Fields>(
  schema: MessageSchema<F>,
  version: number,
  value: Encodable<MessageSchema<F>>,
): Uint8Array[] {
  return encode(schema, version, value, 'held');
}

/**
 * Writes the key or the value of a coordinator's record: `prefix`, which tells its type or its version, and the
 * message behind it. Throws as `encodeMessage`; the bytes share their memory with other messages as well.
 */
export function encodeBehind<F extends Fields>(
  prefix: number,
  schema: MessageSchema<F>,
  version: number,
  value: Encodable<MessageSchema<F>>,
): Uint8Array {
  const codec = codecOf(schema, version, 'held');
  writer.begin();
  writer.int16(prefix);
  writeMessage(schema, version, codec, value);
  return concatenated(writer.finish());
}

/** As `encodeMessage`, with every int64 as a bigint. */
export function encodeExactly(
  schema: MessageSchema,
  version: number,
  value: Readonly<Record<string, unknown>>,
): Uint8Array[] {
  return encode(schema, version, value, 'exact');
}

function encode(
  schema: MessageSchema,
  version: number,
  value: unknown,
  int64s: Int64Mode,
): Uint8Array[] {
  const codec = codecOf(schema, version, int64s);
  writer.begin();
  writeMessage(schema, version, codec, value);
  return writer.finish();
}

function writeMessage(
  schema: MessageSchema,
  version: number,
  codec: ValueCodec,
  value: unknown,
): void {
  try {
    codec.write(writer, value);
  } catch (error) {
    throw inMessage(schema.name, version, error);
  }
}

/**
 * A whole frame: its size, then the header, then the body. The size, in the first four bytes, counts all
 * that follow it. `header.ts` has the forms that are called.
 */
export function encodeFrame<H extends Fields, B extends Fields>(
  header: MessageSchema<H>,
  headerVersion: number,
  headerValue: Encodable<MessageSchema<H>>,
  body: MessageSchema<B>,
  bodyVersion: number,
  bodyValue: Encodable<MessageSchema<B>>,
): Uint8Array[] {
  const headerCodec = codecOf(header, headerVersion, 'held');
  const bodyCodec = codecOf(body, bodyVersion, 'held');
  writer.begin();
  writer.int32(0);
  writeMessage(header, headerVersion, headerCodec, headerValue);
  writeMessage(body, bodyVersion, bodyCodec, bodyValue);
  return writer.finishFrame();
}
