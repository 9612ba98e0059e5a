import { ApiError, problemOf } from './api-error.ts';
import { missedBroker, sawBroker } from './connection.ts';
import { signedOut } from './session.ts';

/** Methods that change something. */
export type ChangingMethod = 'POST' | 'PATCH' | 'DELETE';

/** `GET path` (`api/topics?limit=50`, relative to the page). Throws {@link ApiError}. */
export async function apiGet<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await request(path, signal === undefined ? {} : { signal });
  return (await response.json()) as T;
}

/**
 * Sends what changes something, with the header that no other page can send. Answers undefined for 204. Throws
 * {@link ApiError}.
 */
export async function apiSend<T = undefined>(
  method: ChangingMethod,
  path: string,
  body: unknown = {},
): Promise<T> {
  const response = await request(path, {
    method,
    headers: { 'content-type': 'application/json', 'odradek-console': '1' },
    body: JSON.stringify(body),
  });
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** A request whose answer is not JSON, or whose body is not: import, export, streams. Throws {@link ApiError}. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init });
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    missedBroker();
    throw new ApiError(0, {
      code: 'UNREACHABLE',
      message: 'The broker does not answer.',
      remedy: 'The page asks again by itself.',
    });
  }
  sawBroker();
  if (response.ok) return response;
  if (response.status === 401) signedOut();
  throw new ApiError(response.status, problemOf(response.status, await response.text()));
}
