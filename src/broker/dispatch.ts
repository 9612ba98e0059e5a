import { unsupportedApiVersions } from '../apis/18-api-versions.ts';
import type { ServedApi } from '../apis/api.ts';
import type { ApiServices } from '../apis/services.ts';
import { apiKeys, apiName } from '../protocol/api-keys.ts';
import { ByteReader } from '../protocol/byte-reader.ts';
import { decodeMessage } from '../protocol/codec.ts';
import { readRequestHeader, unknownApi } from '../protocol/header.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';
import { hasCode, OdradekError } from '../util/odradek-error.ts';
import { RequestCall, type CallOwner } from './request-call.ts';

/** A request that was understood, and may be begun; or what is answered without a handler. */
export type Understood =
  | { readonly kind: 'call'; readonly call: RequestCall }
  /** The call's answer is settled: an ApiVersions of a version that is not served. */
  | { readonly kind: 'answered'; readonly call: RequestCall; readonly answer: unknown };

/** The APIs that clients may use, and those of our own that are not told of. */
export interface Apis {
  readonly served: readonly ServedApi[];
  readonly own: readonly ServedApi[];
}

/**
 * Reads requests and hands them to their handlers. A request that cannot be answered, because it is
 * malformed or of an API or version that is not served, throws `PROTOCOL_ERROR` with the reason: its
 * connection is closed, as Apache does.
 */
export class Dispatcher {
  readonly #services: ApiServices;
  readonly #byKey: readonly (ServedApi | undefined)[];
  /** Those of our own, whose keys lie far away. */
  readonly #own: ReadonlyMap<number, ServedApi>;

  constructor(apis: Apis, services: ApiServices) {
    this.#services = services;
    const byKey: (ServedApi | undefined)[] = [];
    for (const api of apis.served) byKey[api.key] = api;
    this.#byKey = byKey;
    this.#own = new Map(apis.own.map((api) => [api.key, api]));
  }

  /** Reads the request in `frame`, whose chunks are borrowed by it until its call has ended. */
  understand(frame: readonly Uint8Array[], reservedBytes: number, owner: CallOwner): Understood {
    const reader = new ByteReader(frame);
    const header = readRequestHeader(reader);
    const { requestApiVersion: apiVersion, correlationId, clientId } = header;
    const api = this.#byKey[header.requestApiKey] ?? this.#own.get(header.requestApiKey);
    if (api === undefined)
      throw new ProtocolError(`${describe(header.requestApiKey)} is not served`);
    const identity = { api, apiVersion, correlationId, clientId };
    if (apiVersion < api.minVersion || apiVersion > api.maxVersion) {
      if (api.admits !== undefined) throw unknownApi(api.key);
      if (api.key !== apiKeys.ApiVersions) {
        throw new ProtocolError(`${api.name} version ${apiVersion} is not served`);
      }
      const versionZero = { ...identity, apiVersion: 0 };
      const call = new RequestCall(undefined, versionZero, reservedBytes, owner);
      return { kind: 'answered', call, answer: unsupportedApiVersions() };
    }
    const request = decodeMessage(api.request, apiVersion, reader);
    // Whoever may not use it is not to learn that it is there.
    if (api.admits?.(request, this.#services) === false) throw unknownApi(api.key);
    return { kind: 'call', call: new RequestCall(request, identity, reservedBytes, owner) };
  }

  /** Begins a call. It ends now or later, whatever its handler does. */
  begin(call: RequestCall): void {
    const { api } = call.identity;
    let result: unknown;
    try {
      result = api.handle(call, this.#services);
    } catch (error) {
      this.#failed(call, error);
      return;
    }
    if (result instanceof Promise) {
      result
        .then(
          (response) => call.respond(response),
          (error: unknown) => this.#failed(call, error),
        )
        .catch(this.#services.defect);
    } else if (result !== undefined) call.respond(result);
  }

  /** A handler that threw: an operating failure that no error code has, or a defect. */
  #failed(call: RequestCall, error: unknown): void {
    const { api, apiVersion } = call.identity;
    if (!(error instanceof OdradekError)) this.#services.defect(error);
    else if (!hasCode(error, 'BROKER_STOPPED')) {
      this.#services.logger.error('a request failed', {
        api: api.name,
        version: apiVersion,
        client: call.clientHost,
        error: error.message,
      });
    }
    call.hangUp(`${api.name} failed`);
  }
}

function describe(key: number): string {
  return apiName(key) ?? `the API with key ${key}`;
}
