import type { AdminServices } from '../services.ts';
import type { AdminRequest } from './admin-request.ts';
import type { AdminAnswer } from './answer.ts';
import { HttpProblem } from './problem.ts';

/**
 * One thing that can be asked for over HTTP.
 *
 * To add one: write a file in `src/admin/routes/` that exports an array of routes, and add that array to
 * `src/admin/routes/table.ts`, which is the one list. A handler is given a request that was let in (host, origin,
 * sign-in, read-only) and answers with `json(…)`, `events(…)` and the like of `http/answer.ts`, or throws: a
 * `HttpProblem` or an `OdradekError` becomes a `Problem`, all else is a defect that is logged and answered with 500.
 * The other routes and the broker go on in either case. HEAD is answered by what answers GET.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Segments, of which those that begin with a colon are parameters: `/api/topics/:name`. */
  readonly path: string;
  /**
   * `open`: for everybody. `read`: for who has signed in, where that is needed. `change`: the same, and refused
   * where the console is read-only.
   */
  readonly access: 'open' | 'read' | 'change';
  /** Pages of `odradek.http.allowed.origins` may ask for it. False unless given. */
  readonly crossOrigin?: boolean;
  readonly handle: (
    request: AdminRequest,
    services: AdminServices,
  ) => AdminAnswer | Promise<AdminAnswer>;
}

/** A route that was found. */
export interface FoundRoute {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

interface Entry {
  readonly route: Route;
  readonly segments: readonly string[];
}

/** All routes. */
export class RouteTable {
  readonly #entries: readonly Entry[];

  /** Where several match a path, the first does. */
  constructor(routes: readonly Route[]) {
    this.#entries = routes.map((route) => ({ route, segments: segmentsOf(route.path) }));
  }

  /** All methods by which `path` (still encoded) can be asked for, with what they find. */
  find(path: string): ReadonlyMap<string, FoundRoute> {
    const found = new Map<string, FoundRoute>();
    const segments = segmentsOf(path);
    for (const { route, segments: pattern } of this.#entries) {
      if (pattern.length !== segments.length || found.has(route.method)) continue;
      if (!pattern.every((part, index) => part.startsWith(':') || part === segments[index]))
        continue;
      found.set(route.method, { route, params: paramsOf(pattern, segments) });
    }
    return found;
  }
}

function segmentsOf(path: string): readonly string[] {
  return path.split('/').slice(1);
}

function paramsOf(
  pattern: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> {
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    if (part.startsWith(':')) params[part.slice(1)] = decoded(segments[index] ?? '');
  }
  return params;
}

/** A segment is decoded by itself and once, so that no slash in it parts anything. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new HttpProblem(400, {
      code: 'INVALID_REQUEST',
      message: 'The path is not percent-encoded UTF-8.',
    });
  }
}
