import { apiName, requestHeaderVersion, responseHeaderVersion } from './api-keys.ts';
import type { ByteReader } from './byte-reader.ts';
import { decodeMessage, encodeFrame } from './codec.ts';
import { requestHeader, responseHeader } from './messages/headers.ts';
import type { RequestHeader, ResponseHeader } from './messages/headers.ts';
import { ProtocolError } from './protocol-error.ts';
import type { ApiSchema, Encodable, Fields } from './schema.ts';

/** Key, version and correlation id, which every header begins with. */
const requestHeaderBytesMin = 8;

/** The key in the upper, the version in the lower 16 bits. */
const keyAndVersion = (reader: ByteReader): number => reader.int32();

/**
 * Reads the header at the start of a request, and leaves `reader` at the body. The version need not be
 * one that exists: the caller looks it up among what it serves before it decodes the body. Throws
 * `PROTOCOL_ERROR` where the header is malformed or names no API.
 */
export function readRequestHeader(reader: ByteReader): RequestHeader {
  if (reader.remaining < requestHeaderBytesMin) {
    throw new ProtocolError(`a request of ${reader.remaining} bytes, too short for its header`);
  }
  const both = reader.peek(keyAndVersion);
  const apiKey = both >> 16;
  if (apiName(apiKey) === undefined) throw unknownApi(apiKey);
  const apiVersion = (both << 16) >> 16;
  return decodeMessage(requestHeader, requestHeaderVersion(apiKey, apiVersion), reader);
}

/** The error of a request that names no API. */
export function unknownApi(apiKey: number): ProtocolError {
  return new ProtocolError(`no API has the key ${apiKey}`);
}

/** Reads the header at the start of the response to a request, and leaves `reader` at the body. */
export function readResponseHeader(
  apiKey: number,
  apiVersion: number,
  reader: ByteReader,
): ResponseHeader {
  return decodeMessage(responseHeader, responseHeaderVersion(apiKey, apiVersion), reader);
}

/**
 * A request as it goes over the wire: size, header and body, in pieces (see `encodeMessage`). Throws
 * `PROTOCOL_ERROR` as that does.
 */
export function encodeRequestFrame<F extends Fields>(
  schema: ApiSchema<F>,
  version: number,
  header: { readonly correlationId: number; readonly clientId: string | null },
  value: Encodable<ApiSchema<F>>,
): Uint8Array[] {
  return encodeFrame(
    requestHeader,
    requestHeaderVersion(schema.apiKey, version),
    { requestApiKey: schema.apiKey, requestApiVersion: version, ...header },
    schema,
    version,
    value,
  );
}

/** A response as it goes over the wire, as `encodeRequestFrame`. */
export function encodeResponseFrame<F extends Fields>(
  schema: ApiSchema<F>,
  version: number,
  correlationId: number,
  value: Encodable<ApiSchema<F>>,
): Uint8Array[] {
  return encodeFrame(
    responseHeader,
    responseHeaderVersion(schema.apiKey, version),
    { correlationId },
    schema,
    version,
    value,
  );
}
