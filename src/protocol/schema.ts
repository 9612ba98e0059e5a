/**
 * The language in which each message is written once for all its versions, and the types that follow
 * from it. A schema is plain data: `codec.ts` compiles the codec of a version when it is first used.
 *
 * The words are Kafka's. A field stands on the wire in its `versions`; elsewhere it holds its `default`
 * (zero, empty or false where none is named), and another value there is an error unless the field is
 * `ignorable`. A field with a `tag` stands in the tagged section of its versions, and only when it
 * differs from its default (KIP-482).
 */
import { parseVersions } from './versions.ts';
import type { VersionRange, Versions } from './versions.ts';

/** What is written as one value. */
export type ScalarKind =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'int64'
  | 'bigint64'
  | 'uuid'
  | 'string'
  | 'bytes'
  | 'records';

/** What a field is made of. */
export type FieldShape =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'array'; readonly element: Field }
  | { readonly kind: 'struct'; readonly fields: Fields };

/** What is said of a field beside its type. */
export interface FieldOptions<T = unknown> {
  /** The versions that have the field; all of the message's when left out. */
  readonly versions?: Versions;
  /** The versions in which it may be null; `true` for all. */
  readonly nullable?: Versions | true;
  /** Its number in the tagged section. */
  readonly tag?: number;
  readonly default?: T;
  /** Whether a value other than the default is dropped silently by a version without the field. */
  readonly ignorable?: true;
  /** Keeps a string's two length bytes also in flexible versions (the client id alone). */
  readonly flexible?: 'none';
}

declare const types: unique symbol;

/** One field: its shape, its options, and, for the type checker alone, what it decodes to and encodes from. */
export interface Field<
  Decoded = unknown,
  Encodable = unknown,
  Omissible extends boolean = boolean,
> {
  readonly shape: FieldShape;
  readonly options: FieldOptions;
  readonly [types]?: { decoded: Decoded; encodable: Encodable; omissible: Omissible };
}

/** The fields of a message or struct, in the order of the wire. */
export type Fields = Readonly<Record<string, Field>>;

type Types<F extends Field> = NonNullable<F[typeof types]>;
type Nullable<T, O> = O extends { readonly nullable: unknown } ? T | null : T;
/** Left out are fields whose default was named or that not every version has. */
type MayOmit<O> = O extends
  | { readonly default: unknown }
  | { readonly ignorable: true }
  | { readonly tag: number }
  | { readonly versions: string }
  ? true
  : false;
type OmissibleKeys<F extends Fields> = {
  [K in keyof F]: Types<F[K]>['omissible'] extends true ? K : never;
}[keyof F];

type DecodedFields<F extends Fields> = { -readonly [K in keyof F]: Types<F[K]>['decoded'] };
type EncodableFields<F extends Fields> = {
  readonly [K in Exclude<keyof F, OmissibleKeys<F>>]: Types<F[K]>['encodable'];
} & {
  readonly [K in OmissibleKeys<F>]?: Types<F[K]>['encodable'];
};

type ScalarField<T, O> = Field<Nullable<T, O>, Nullable<T, O>, MayOmit<O>>;
type NumberOptions = Omit<FieldOptions<number>, 'nullable' | 'flexible'>;
type None = Record<never, never>;

function scalar<T, O>(kind: ScalarKind, options: FieldOptions = {}): ScalarField<T, O> {
  return { shape: { kind }, options };
}

/** One byte, zero for false. */
export function bool<const O extends Omit<FieldOptions<boolean>, 'nullable'> = None>(
  options?: O,
): ScalarField<boolean, O> {
  return scalar('bool', options);
}

/** A signed byte. */
export function int8<const O extends NumberOptions = None>(options?: O): ScalarField<number, O> {
  return scalar('int8', options);
}

/** Two bytes, signed. */
export function int16<const O extends NumberOptions = None>(options?: O): ScalarField<number, O> {
  return scalar('int16', options);
}

/** Two bytes, unsigned: a port. */
export function uint16<const O extends NumberOptions = None>(options?: O): ScalarField<number, O> {
  return scalar('uint16', options);
}

/** Four bytes, signed. */
export function int32<const O extends NumberOptions = None>(options?: O): ScalarField<number, O> {
  return scalar('int32', options);
}

/**
 * An int64 that is a number here: an offset, a timestamp or duration, a size or a producer id. What lies
 * beyond ±2^53 is held at that bound, and so is a default that is written as a bigint.
 */
export function int64<
  const O extends Omit<FieldOptions<number | bigint>, 'nullable' | 'flexible'> = None,
>(options?: O): ScalarField<number, O> {
  return scalar('int64', options);
}

/** An int64 that keeps all its bits: an epoch of a broker or of features, a hash. */
export function bigint64<const O extends Omit<FieldOptions<bigint>, 'nullable'> = None>(
  options?: O,
): ScalarField<bigint, O> {
  return scalar('bigint64', options);
}

/** Sixteen bytes, written as 22 characters of unpadded URL-safe base64 (`uuid.ts`). */
export function uuid<const O extends Omit<FieldOptions<string>, 'nullable'> = None>(
  options?: O,
): ScalarField<string, O> {
  return scalar('uuid', options);
}

/** UTF-8 of at most 32,767 bytes. */
export function string<const O extends FieldOptions<string | null> = None>(
  options?: O,
): ScalarField<string, O> {
  return scalar('string', options);
}

/** Bytes in one piece. A decoded value is a copy that belongs to the caller. */
export function bytes<const O extends FieldOptions<Uint8Array | null> = None>(
  options?: O,
): ScalarField<Uint8Array, O> {
  return scalar('bytes', options);
}

/**
 * Record batches: slices of the chunks that came in, or the chunks that go out, in order and never
 * copied. A decoded value shares the memory of the frame.
 */
export function records<const O extends FieldOptions<null> = None>(
  options?: O,
): ScalarField<readonly Uint8Array[], O> {
  return scalar('records', options);
}

/** A count, then as many elements. */
export function array<E extends Field, const O extends FieldOptions<null> = None>(
  element: E,
  options?: O,
): Field<
  Nullable<Types<E>['decoded'][], O>,
  Nullable<readonly Types<E>['encodable'][], O>,
  MayOmit<O>
> {
  return { shape: { kind: 'array', element }, options: options ?? {} };
}

/** Fields one behind the other; in flexible versions a tagged section ends it. */
export function struct<F extends Fields, const O extends FieldOptions<null> = None>(
  fields: F,
  options?: O,
): Field<Nullable<DecodedFields<F>, O>, Nullable<EncodableFields<F>, O>, MayOmit<O>> {
  return { shape: { kind: 'struct', fields }, options: options ?? {} };
}

/** What a message is for, beside its fields. */
export type MessageKind =
  | 'request'
  | 'response'
  | 'header'
  | 'data'
  | 'record-key'
  | 'record-value';

/** One message in all its versions. */
export interface MessageSchema<F extends Fields = Fields> {
  readonly kind: MessageKind;
  /** As Kafka names it, with its kind: `ProduceRequest`. */
  readonly name: string;
  readonly validVersions: VersionRange;
  /** The versions with compact lengths and tagged fields (KIP-482); undefined for none. */
  readonly flexibleVersions: VersionRange | undefined;
  /**
   * Whether bytes may follow the message: a body behind a header, fields of newer versions, what a client has
   * put behind its request.
   */
  readonly toleratesTrailingBytes: boolean;
  readonly fields: F;
}

/** The schema of a request or a response. */
export interface ApiSchema<F extends Fields = Fields> extends MessageSchema<F> {
  readonly kind: 'request' | 'response';
  /** The number that a request header carries (`api-keys.ts`). */
  readonly apiKey: number;
}

/** The schema of the key or the value of a record that a coordinator persists. */
export interface CoordinatorRecordSchema<F extends Fields = Fields> extends MessageSchema<F> {
  readonly kind: 'record-key' | 'record-value';
  /** The int16 in front of a key that says which record it is. */
  readonly recordType: number;
}

/** The type that a schema decodes to. Each message gives it a name: `interface X extends Infer<typeof x> {}`. */
export type Infer<S extends MessageSchema> = DecodedFields<S['fields']>;

/**
 * The type that a schema encodes from: a decoded message, or one that leaves out fields with a named
 * default and fields that not every version has.
 */
export type Encodable<S extends MessageSchema> = EncodableFields<S['fields']>;

interface MessageOptions {
  readonly name: string;
  readonly versions: Versions;
  /** The flexible versions; none when left out. */
  readonly flexible?: Versions;
}

function message<K extends MessageKind, F extends Fields>(
  kind: K,
  { name, versions, flexible }: MessageOptions,
  fields: F,
  toleratesTrailingBytes: boolean,
): MessageSchema<F> & { readonly kind: K } {
  return {
    kind,
    name,
    validVersions: parseVersions(versions),
    flexibleVersions: flexible === undefined ? undefined : parseVersions(flexible),
    toleratesTrailingBytes,
    fields,
  };
}

/**
 * A request, by the key of its API (`api-keys.ts`). Bytes behind it are passed over, as Apache Kafka does:
 * librdkafka 2.12 leaves three when it asks for the metadata of all topics.
 */
export function request<F extends Fields>(
  options: MessageOptions & { readonly apiKey: number },
  fields: F,
): ApiSchema<F> {
  return { ...message('request', options, fields, true), apiKey: options.apiKey };
}

/** The response to the request with the same `apiKey`. */
export function response<F extends Fields>(
  options: MessageOptions & { readonly apiKey: number },
  fields: F,
): ApiSchema<F> {
  return { ...message('response', options, fields, false), apiKey: options.apiKey };
}

/** What stands in front of a request or a response. */
export function header<F extends Fields>(options: MessageOptions, fields: F): MessageSchema<F> {
  return message('header', options, fields, true);
}

/**
 * A structure inside a `bytes` field. Fields of versions not known yet may follow it, since its readers
 * take a newer version for the newest one they know.
 */
export function data<F extends Fields>(options: MessageOptions, fields: F): MessageSchema<F> {
  return message('data', options, fields, true);
}

/** The key of a record that a coordinator persists. */
export function recordKey<F extends Fields>(
  options: MessageOptions & { readonly recordType: number },
  fields: F,
): CoordinatorRecordSchema<F> {
  return { ...message('record-key', options, fields, false), recordType: options.recordType };
}

/** The value of a record that a coordinator persists. */
export function recordValue<F extends Fields>(
  options: MessageOptions & { readonly recordType: number },
  fields: F,
): CoordinatorRecordSchema<F> {
  return { ...message('record-value', options, fields, false), recordType: options.recordType };
}
