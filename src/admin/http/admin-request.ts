import { badField } from './problem.ts';

/** A request that was let in, as its route's handler is given it. */
export interface AdminRequest {
  readonly method: string;
  /** Decoded, by the names in the route's path. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** The value of a header, whose name is in lower case. */
  header(name: string): string | undefined;
  /** All headers, by their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Who asks: an address. */
  readonly remoteAddress: string;
  /** Aborts when the client has gone, or the broker stops. */
  readonly signal: AbortSignal;
  /** The whole body, of `bytesMax` where that is less than the bound of all. Rejects with a `HttpProblem`: 413, 408, 503. */
  bytes(bytesMax?: number): Promise<Uint8Array>;
  /** The body as it comes, for one that may be larger than memory allows. Rejects likewise. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** The parameter `name` of the route's path. */
export function param(request: AdminRequest, name: string): string {
  const value = request.params[name];
  if (value === undefined) throw new TypeError(`the route has no parameter ${name}`);
  return value;
}

/** What a body may have that carries no records: it is read at once, while the broker waits. */
const jsonBytesMax = 1024 * 1024;

/**
 * The body, which must be one object in JSON, of `bytesMax`. Throws a `HttpProblem` of 400, or as `bytes` does.
 */
export async function jsonBody(
  request: AdminRequest,
  bytesMax: number = jsonBytesMax,
): Promise<Readonly<Record<string, unknown>>> {
  const value = parseJson(await request.bytes(bytesMax));
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  throw badField('', 'The body is to be one object in JSON.');
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What `bytes` say in JSON. Throws a `HttpProblem` of 400. */
function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw badField('', 'The body is no text in UTF-8.');
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw badField('', `The body is no JSON: ${(error as Error).message}.`);
  }
}

/** The media type of the body, in lower case and without parameters; empty where none is named. */
export function mediaType(request: AdminRequest): string {
  return (request.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The whole number in the query's `name`, which may lack. Throws a `HttpProblem` of 400 beyond its bounds. */
export function queryNumber(
  query: URLSearchParams,
  name: string,
  bounds: { readonly min: number; readonly max: number; readonly otherwise: number },
): number {
  const text = query.get(name);
  if (text === null || text === '') return bounds.otherwise;
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= bounds.min && value <= bounds.max) return value;
  throw badField(
    name,
    `${name}=${text}: expected a whole number from ${bounds.min} to ${bounds.max}.`,
  );
}
