import type { ApiSchema, Encodable, Infer } from '../protocol/schema.ts';
import type { ClientSource } from './figures-service.ts';
import type { ApiServices, ServedVersions } from './services.ts';

/** What a handler is told of a request beside its body, and the ways to end it. One of them is taken, once. */
export interface ApiCall<Request, Response> {
  readonly request: Request;
  readonly apiVersion: number;
  readonly clientId: string | null;
  readonly clientHost: string;
  /** The listener that the client came by, which decides the addresses that it is told. */
  readonly listenerName: string;
  readonly source: ClientSource;
  /**
   * Answers, now or later. `onSent` is called when the answer's buffers are no longer needed: they were
   * sent, or the connection has gone.
   */
  respond(response: Response, onSent?: () => void): void;
  /** Ends the request without an answer (acks=0). */
  respondNothing(): void;
  /**
   * Says that there will be no answer, though the request is still at work and what came with it in use: the
   * answers behind it wait no longer. `respondNothing` or `hangUp` ends it.
   */
  leaveLine(): void;
  /** Closes the connection with one log line that says `reason`, as Apache does where no answer can tell. */
  hangUp(reason: string): void;
  /** So many of its milliseconds were spent waiting because who asked wished so: they do not count as its time. */
  leaveOut(waitedMs: number): void;
  /** Has `callback` called if the connection goes before this request has ended. */
  whenClosed(callback: () => void): void;
  /** Has `callback` called if others wait for memory that the request takes: it should then wait no longer. */
  whenHurried(callback: () => void): void;
  /** Has `callback` called when something more comes by the connection, which waits for this answer. */
  whenFollowed(callback: () => void): void;
}

/**
 * One API: its schemas, the versions that are served, and what it does. A handler answers by returning the
 * response or a promise of it. One that answers later without a promise returns undefined and ends the call
 * itself.
 */
export interface Api<
  Request extends ApiSchema = ApiSchema,
  Response extends ApiSchema = ApiSchema,
> {
  readonly name: string;
  readonly request: Request;
  readonly response: Response;
  /** The versions that are served and advertised; all of the schema's unless given. */
  readonly maxVersion?: number;
  /** Whether the connection's next request is begun before this one is answered. */
  readonly pipelined?: true;
  /** Whether the API exists for who asks; unless given, it does for all. */
  readonly admits?: (request: Infer<Request>, services: ApiServices) => boolean;
  readonly handle: (
    call: ApiCall<Infer<Request>, Encodable<Response>>,
    services: ApiServices,
  ) => Encodable<Response> | Promise<Encodable<Response>> | undefined;
}

/** An API as the dispatcher sees it: what its schemas decode to is known to its handler alone. */
export interface ServedApi extends ServedVersions {
  readonly name: string;
  readonly request: ApiSchema;
  readonly response: ApiSchema;
  readonly pipelined: boolean;
  readonly admits: ((request: unknown, services: ApiServices) => boolean) | undefined;
  readonly handle: (call: ApiCall<unknown, unknown>, services: ApiServices) => unknown;
}

/** Checks an API's handler against its schemas, and gives it the form in which all are listed. */
export function defineApi<Request extends ApiSchema, Response extends ApiSchema>(
  api: Api<Request, Response>,
): ServedApi {
  const { min, max } = api.request.validVersions;
  return {
    key: api.request.apiKey,
    name: api.name,
    minVersion: min,
    maxVersion: api.maxVersion ?? max,
    request: api.request,
    response: api.response,
    pipelined: api.pipelined === true,
    admits: api.admits as ServedApi['admits'],
    handle: api.handle as ServedApi['handle'],
  };
}
