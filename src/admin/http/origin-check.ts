import type { Route } from './route.ts';
import type { AnswerHeaders } from './answer.ts';
import { HttpProblem } from './problem.ts';

type Headers = Readonly<Record<string, string>>;

/** The header that no page of another origin can send without asking before; see the contract. */
const consoleHeader = 'odradek-console';

const preflightSeconds = '600';

/** Holds requests of pages against where those pages are from (CSRF). */
export class OriginCheck {
  readonly #allowed: readonly string[];

  /** `allowed` are the origins that may publish and subscribe. */
  constructor(allowed: readonly string[]) {
    this.#allowed = allowed;
  }

  /**
   * Throws a `HttpProblem` of 403 for a request that a page of elsewhere has sent. What is answered else are the
   * headers by which that page may read the answer; none for our own page, and for what is no page.
   */
  require(route: Pick<Route, 'crossOrigin'>, headers: Headers): AnswerHeaders {
    const { origin } = headers;
    if (isOwn(headers)) return {};
    if (route.crossOrigin === true && origin !== undefined && this.#isAllowed(origin)) {
      return { 'access-control-allow-origin': origin, vary: 'Origin' };
    }
    throw new HttpProblem(403, {
      code: 'FOREIGN_ORIGIN',
      message: 'Pages of other origins may not do that.',
      ...(route.crossOrigin === true
        ? { remedy: 'Have the origin set in odradek.http.allowed.origins.' }
        : {}),
    });
  }

  /** Throws a `HttpProblem` of 403 where a change does not carry the header that only our page sends. */
  requireConsoleHeader(headers: Headers): void {
    if (headers[consoleHeader] === '1') return;
    throw new HttpProblem(403, {
      code: 'HEADER_MISSING',
      message: `What changes something must carry the header ${consoleHeader}: 1.`,
    });
  }

  /** The answer to who asks what may be sent across origins (CORS preflight). Throws as `require` does. */
  preflight(route: Pick<Route, 'crossOrigin' | 'method'>, headers: Headers): AnswerHeaders {
    return {
      ...this.require(route, headers),
      'access-control-allow-methods': route.method,
      'access-control-allow-headers': allowedHeaders(headers['access-control-request-headers']),
      'access-control-max-age': preflightSeconds,
    };
  }

  #isAllowed(origin: string): boolean {
    return this.#allowed.includes('*') || this.#allowed.includes(origin);
  }
}

/** Whether a request is from our own page, from an address that somebody typed, or from no browser at all. */
function isOwn(headers: Headers): boolean {
  const { origin, host } = headers;
  const site = headers['sec-fetch-site'];
  if (origin !== undefined) return URL.canParse(origin) && new URL(origin).host === host;
  if (site === undefined || site === 'same-origin' || site === 'none') return true;
  // A link to the page from elsewhere: it is read by whoever followed it, not by the page with the link.
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

/** Of the headers that a page asks for, those by which one publishes and subscribes. */
function allowedHeaders(asked: string | undefined): string {
  const names = (asked ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const known =
    /^(?:authorization|content-type|last-event-id|odradek-(?:key|partition|timestamp|header-[a-z0-9._-]+))$/;
  return names.filter((name) => known.test(name)).join(', ');
}
