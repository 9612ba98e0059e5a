import type { RequestRef } from '../coordinator/coordinator.ts';
import type { GroupEvent, RequestContext } from '../coordinator/group/group-events.ts';
import type { CoordinatorError } from '../coordinator/runtime/ports.ts';
import { errorCodes } from '../protocol/error-codes.ts';
import type { ApiCall } from './api.ts';
import type { ApiServices } from './services.ts';

type Call<Response> = ApiCall<unknown, Response>;

/** Who asks, as coordinators are told. */
export function contextOf(call: Call<never>): RequestContext {
  return {
    apiVersion: call.apiVersion,
    clientId: call.clientId ?? '',
    clientHost: `/${call.clientHost}`,
  };
}

/** How a request to a coordinator is answered. */
export interface GroupRequest<Response, Reply = Response> {
  readonly eventOf: (ref: RequestRef<Reply>) => GroupEvent;
  readonly answerOf: (reply: Reply) => Response;
  readonly refusalOf: (error: CoordinatorError) => Response;
}

/**
 * Asks the coordinator of a group, and answers the call with what it replies. With `parks`, the request may
 * wait for others, and the coordinator is told when its client goes.
 */
export function askGroup<Response, Reply = Response>(
  call: Call<Response>,
  services: ApiServices,
  groupId: string,
  request: GroupRequest<Response, Reply>,
  options: { readonly parks?: boolean } = {},
): undefined {
  const asked = services.groups.ask(groupId, request.eventOf, {
    answered: (reply) => call.respond(request.answerOf(reply)),
    refused: (error) => call.respond(request.refusalOf(error)),
  });
  if (options.parks === true) call.whenClosed(() => services.groups.giveUp(asked));
  return undefined;
}

/** A reply that is the answer. */
export function itself<Response>(reply: Response): Response {
  return reply;
}

/** An answer that is an error and nothing else. */
export function errorAlone(error: CoordinatorError): { readonly errorCode: number } {
  return { errorCode: errorCodes[error] };
}

/** Gathers the parts of an answer, in their order, until all are there. */
export class GatheredAnswer<Part> {
  readonly #parts: (Part | undefined)[];
  readonly #whole: (parts: Part[]) => void;
  #missing: number;

  /** Nothing is answered before `count` parts are there; for none, at once. */
  constructor(count: number, whole: (parts: Part[]) => void) {
    this.#parts = Array.from({ length: count });
    this.#missing = count;
    this.#whole = whole;
    if (count === 0) whole([]);
  }

  put(index: number, part: Part): void {
    this.#parts[index] = part;
    this.#missing--;
    if (this.#missing === 0) this.#whole(this.#parts as Part[]);
  }
}

/** Asks about several groups, each of its own coordinator, and puts what is said of them together. */
export function askEachGroup<Part>(
  services: ApiServices,
  groupIds: readonly string[],
  request: {
    /** What is answered without the coordinator. */
    readonly refusalAtSight?: (groupId: string) => Part | undefined;
    readonly eventOf: (groupId: string, ref: RequestRef<Part>) => GroupEvent;
    readonly refusalOf: (groupId: string, error: CoordinatorError) => Part;
    readonly whole: (parts: Part[]) => void;
  },
): undefined {
  const gathered = new GatheredAnswer<Part>(groupIds.length, request.whole);
  for (const [index, groupId] of groupIds.entries()) {
    const refusal = request.refusalAtSight?.(groupId);
    if (refusal !== undefined) {
      gathered.put(index, refusal);
      continue;
    }
    services.groups.ask<Part>(groupId, (ref) => request.eventOf(groupId, ref), {
      answered: (part) => gathered.put(index, part),
      refused: (error) => gathered.put(index, request.refusalOf(groupId, error)),
    });
  }
  return undefined;
}
