/**
 * How each type of a field that holds one value is read and written, in its compact and in its old form.
 * All are made once here; compiling a message only picks them.
 */
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { FieldError } from './protocol-error.ts';
import type { ScalarKind } from './schema.ts';
import { stringBytesMax } from './strings.ts';
import { uuidBytes, zeroUuid } from './uuid.ts';

/** Reads one value, of a field or of a whole struct. */
export type Read = (reader: ByteReader) => unknown;
/** Writes one value. Throws `FieldError` for one that is not of the field's type. */
export type Write = (writer: ByteWriter, value: unknown) => void;

/** How a value is read and written in one version. */
export interface ValueCodec {
  readonly read: Read;
  readonly write: Write;
  /** No value is shorter on the wire; bounds the counts of arrays. */
  readonly bytesMin: number;
}

/** How lengths are written: `nullable` ones have a value for null. */
export interface LengthForm {
  readonly compact: boolean;
  readonly nullable: boolean;
}

const noBytes = new Uint8Array(0);

function integerError(value: unknown, range: string): FieldError {
  return new FieldError(`${shown(value)} is not a whole number in ${range}`);
}

/** A value for an error message, which it must not fill. */
function shown(value: unknown): string {
  return String(value).slice(0, 64);
}

/** The codecs of all that has neither a length nor a null. */
const fixedCodecs: Readonly<
  Record<Exclude<ScalarKind, 'string' | 'bytes' | 'records'>, ValueCodec>
> = {
  bool: {
    bytesMin: 1,
    read: (reader) => reader.int8() !== 0,
    write: (writer, value) => {
      if (typeof value !== 'boolean') throw new FieldError(`${shown(value)} is not a boolean`);
      writer.int8(value ? 1 : 0);
    },
  },
  int8: {
    bytesMin: 1,
    read: (reader) => reader.int8(),
    write: (writer, value) => {
      const number = value as number;
      if ((number << 24) >> 24 !== number) throw integerError(value, '[-2^7, 2^7)');
      writer.int8(number);
    },
  },
  int16: {
    bytesMin: 2,
    read: (reader) => reader.int16(),
    write: (writer, value) => {
      const number = value as number;
      if ((number << 16) >> 16 !== number) throw integerError(value, '[-2^15, 2^15)');
      writer.int16(number);
    },
  },
  uint16: {
    bytesMin: 2,
    read: (reader) => reader.uint16(),
    write: (writer, value) => {
      const number = value as number;
      if ((number & 0xffff) !== number) throw integerError(value, '[0, 2^16)');
      writer.int16(number);
    },
  },
  int32: {
    bytesMin: 4,
    read: (reader) => reader.int32(),
    write: (writer, value) => {
      const number = value as number;
      if ((number | 0) !== number) throw integerError(value, '[-2^31, 2^31)');
      writer.int32(number);
    },
  },
  int64: {
    bytesMin: 8,
    read: (reader) => reader.int64(),
    write: (writer, value) => {
      const number = value as number;
      if (!(Number.isInteger(number) && Math.abs(number) <= 2 ** 53))
        throw integerError(value, '[-2^53, 2^53]');
      writer.int64(number);
    },
  },
  bigint64: {
    bytesMin: 8,
    read: (reader) => reader.bigint64(),
    write: (writer, value) => {
      if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) {
        throw new FieldError(`${shown(value)} is not a bigint of 64 bits`);
      }
      writer.bigint64(value);
    },
  },
  uuid: {
    bytesMin: uuidBytes,
    read: (reader) => reader.uuid(),
    write: (writer, value) => writer.uuid(text(value)),
  },
};

/** The codec of a scalar. Types without a length ignore `form`. */
export function scalarCodec(kind: ScalarKind, form: LengthForm): ValueCodec {
  switch (kind) {
    case 'string':
      return form.compact ? compactStringCodec(form.nullable) : stringCodec(form.nullable);
    case 'bytes':
      return bytesCodec(form);
    case 'records':
      return recordsCodec(form);
    default:
      return fixedCodecs[kind];
  }
}

/** What a scalar is where no default is named. Values that could be changed are made anew. */
export function scalarDefault(kind: ScalarKind): unknown {
  switch (kind) {
    case 'bool':
      return false;
    case 'bigint64':
      return 0n;
    case 'uuid':
      return zeroUuid;
    case 'string':
      return '';
    case 'bytes':
      return noBytes;
    case 'records':
      return [];
    default:
      return 0;
  }
}

function stringCodec(nullable: boolean): ValueCodec {
  return {
    bytesMin: 2,
    read: (reader) => readText(reader, reader.int16(), nullable),
    write: (writer, value) => {
      if (value === null) {
        refuseNull(nullable);
        writer.int16(-1);
      } else {
        writer.string(text(value));
      }
    },
  };
}

function compactStringCodec(nullable: boolean): ValueCodec {
  return {
    bytesMin: 1,
    read: (reader) => readText(reader, reader.unsignedVarint() - 1, nullable),
    write: (writer, value) => {
      if (value === null) {
        refuseNull(nullable);
        writer.unsignedVarint(0);
      } else {
        writer.compactString(text(value));
      }
    },
  };
}

function readText(reader: ByteReader, size: number, nullable: boolean): string | null {
  if (size < 0) return nullAllowed(size, nullable);
  if (size > stringBytesMax) {
    throw new FieldError(`a string of ${size} bytes, more than ${stringBytesMax}`);
  }
  return reader.string(size);
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new FieldError(`${shown(value)} is not a string`);
  return value;
}

/** Null for the length -1, where null may stand. */
export function nullAllowed(length: number, nullable: boolean): null {
  if (length !== -1) throw new FieldError(`a length of ${length}`);
  if (!nullable) throw new FieldError('null, which it may not be');
  return null;
}

/** Throws where null may not stand. */
export function refuseNull(nullable: boolean): void {
  if (!nullable) throw new FieldError('null, which it may not be');
}

function bytesCodec(form: LengthForm): ValueCodec {
  const { read, write, bytesMin } = lengthCodec(form);
  return {
    bytesMin,
    read: (reader) => {
      const size = read(reader);
      return size < 0 ? null : reader.bytes(size);
    },
    write: (writer, value) => {
      if (value === null) {
        write(writer, -1);
        return;
      }
      if (!(value instanceof Uint8Array)) throw new FieldError(`${shown(value)} is not bytes`);
      write(writer, value.length);
      writer.bytes(value);
    },
  };
}

function recordsCodec(form: LengthForm): ValueCodec {
  const { read, write, bytesMin } = lengthCodec(form);
  return {
    bytesMin,
    read: (reader) => {
      const size = read(reader);
      return size < 0 ? null : reader.slices(size);
    },
    write: (writer, value) => {
      if (value === null) {
        write(writer, -1);
        return;
      }
      const chunks = value as readonly Uint8Array[];
      let size = 0;
      for (const chunk of chunks) size += chunk.length;
      write(writer, size);
      writer.chunks(chunks);
    },
  };
}

/** The length in front of bytes, records and arrays; -1 stands for null. */
export interface LengthCodec {
  readonly read: (reader: ByteReader) => number;
  readonly write: (writer: ByteWriter, length: number) => void;
  readonly bytesMin: number;
}

/** How a length of `form` is read and written. A null where none may stand is refused both ways. */
export function lengthCodec({ compact, nullable }: LengthForm): LengthCodec {
  if (compact) {
    return {
      bytesMin: 1,
      read: (reader) => {
        const length = reader.unsignedVarint() - 1;
        if (length < 0) nullAllowed(length, nullable);
        return length;
      },
      write: (writer, length) => {
        if (length < 0) refuseNull(nullable);
        writer.unsignedVarint(length + 1);
      },
    };
  }
  return {
    bytesMin: 4,
    read: (reader) => {
      const length = reader.int32();
      if (length < 0) nullAllowed(length, nullable);
      return length;
    },
    write: (writer, length) => {
      if (length < 0) refuseNull(nullable);
      writer.int32(length);
    },
  };
}
