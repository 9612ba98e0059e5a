import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AdminConfig } from '../config/admin-config.ts';
import { isError } from '../util/is-error.ts';
import type { AdminRequest } from './http/admin-request.ts';
import { json, noContent, type AdminAnswer, type AnswerHeaders } from './http/answer.ts';
import { AnswersUnread } from './http/answers-unread.ts';
import { Exchange } from './http/exchange.ts';
import { HostCheck } from './http/host-check.ts';
import { OriginCheck } from './http/origin-check.ts';
import type { PageFiles } from './http/page-files.ts';
import { Places } from './http/places.ts';
import { HttpProblem, problemOf } from './http/problem.ts';
import { BodyMemory, RequestBody } from './http/request-body.ts';
import { RouteTable, type FoundRoute, type Route } from './http/route.ts';
import { Turns } from './http/turns.ts';
import type { AdminServices } from './services.ts';

/** What requests are answered with. */
export interface AdminServerModules {
  readonly services: AdminServices;
  readonly page: PageFiles;
  /** Lets a request in: now, later or never. */
  readonly enter: (event: () => void) => void;
}

/**
 * Judges each request (host, path, origin, sign-in, what may be changed, bounds), has its route answer it, and sees
 * to it that nothing that goes wrong in one reaches another.
 */
export class AdminServer {
  readonly #config: AdminConfig;
  readonly #modules: AdminServerModules;
  readonly #routes: RouteTable;
  readonly #hosts: HostCheck;
  readonly #origins: OriginCheck;
  readonly #memory: BodyMemory;
  readonly #answers: AnswersUnread;
  readonly #exchanges = new Set<Exchange>();
  readonly #turns = new Turns();
  readonly #streams: Places;

  /** `boundHost` is the address that is listened on. */
  constructor(
    options: {
      readonly config: AdminConfig;
      readonly boundHost: string;
      readonly routes: readonly Route[];
    },
    modules: AdminServerModules,
  ) {
    this.#config = options.config;
    this.#modules = modules;
    this.#routes = new RouteTable(options.routes.filter((route) => this.#isServed(route.path)));
    this.#hosts = new HostCheck(options.boundHost, options.config);
    this.#origins = new OriginCheck(options.config.allowedOrigins);
    this.#streams = new Places(options.config.http.streamsMax, tooManyStreams);
    this.#memory = new BodyMemory(options.config.http.queuedBytesMax);
    this.#answers = new AnswersUnread(options.config.http.queuedBytesMax);
  }

  #isServed(path: string): boolean {
    return this.#config.console !== 'off' || !path.startsWith('/api/');
  }

  /** Takes up a request. */
  receive(message: IncomingMessage, response: ServerResponse): void {
    this.#modules.enter(() => {
      this.#turns
        .take(message, () => this.#receive(message, response))
        .catch((error: unknown) => {
          response.destroy();
          this.#defect(message, error);
        });
    });
  }

  async #receive(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock, timers } = this.#modules.services.runtime;
    const { sendTimeoutMs } = this.#config.http;
    const exchange = new Exchange(message, response, { timers, sendTimeoutMs });
    const body = new RequestBody(message, { memory: this.#memory, timers, clock });
    this.#exchanges.add(exchange);
    // What only asks has no body that anybody reads: it is dropped as it comes, and not kept while the answer is made.
    if (isRead(message)) message.resume();
    const more: Record<string, string> = {};
    try {
      await this.#respond(exchange, await this.#answer(exchange, body, more), more);
    } catch (error) {
      await this.#refuse(exchange, error, more);
    } finally {
      body.release();
      this.#exchanges.delete(exchange);
    }
  }

  async #respond(exchange: Exchange, answer: AdminAnswer, more: AnswerHeaders): Promise<void> {
    if (!('run' in answer)) {
      this.#answers.hold(answer, exchange);
      return exchange.send(answer, more);
    }
    await this.#streams.with(() => exchange.send(answer, more));
  }

  /** What the request is answered with; `more` is given headers for whatever comes of it. */
  async #answer(
    exchange: Exchange,
    body: RequestBody,
    more: Record<string, string>,
  ): Promise<AdminAnswer> {
    const { message, headers } = exchange;
    this.#hosts.require(hostOf(message));
    const [path = '', query = ''] = splitUrl(message.url ?? '');
    const found = this.#routes.find(path);
    const method = message.method === 'HEAD' ? 'GET' : (message.method ?? '');
    if (method === 'OPTIONS') return this.#options(found, headers);
    const match = found.get(method);
    if (match === undefined) return this.#unrouted(exchange, path, found);
    Object.assign(more, this.#origins.require(match.route, headers));
    await this.#letIn(exchange, match.route, path);
    const request = this.#request(exchange, match, query, body);
    return match.route.handle(request, this.#modules.services);
  }

  /** The page, or why there is nothing. */
  #unrouted(
    { message, headers }: Exchange,
    path: string,
    found: ReadonlyMap<string, FoundRoute>,
  ): AdminAnswer {
    const isPage = found.size === 0 && isRead(message) && this.#config.console !== 'off';
    this.#origins.require({}, headers);
    const answer = isPage ? this.#modules.page.answer(path, headers) : undefined;
    if (answer !== undefined) return answer;
    if (found.size === 0) {
      throw new HttpProblem(404, { code: 'NOT_FOUND', message: 'There is nothing at this path.' });
    }
    throw new HttpProblem(
      405,
      { code: 'METHOD_NOT_ALLOWED', message: `This path does not take ${message.method}.` },
      { allow: allowed(found) },
    );
  }

  #options(
    found: ReadonlyMap<string, FoundRoute>,
    headers: Readonly<Record<string, string>>,
  ): AdminAnswer {
    const asked = found.get(headers['access-control-request-method'] ?? '');
    if (asked !== undefined) return noContent(this.#origins.preflight(asked.route, headers));
    this.#origins.require({}, headers);
    return noContent({ allow: allowed(found) });
  }

  async #letIn({ headers, remoteAddress }: Exchange, route: Route, path: string): Promise<void> {
    const who = await this.#modules.services.signIn.who(headers, remoteAddress);
    const isOfConsole = path.startsWith('/api/');
    // A browser never sends a token by itself, so that no other page can have it do that.
    if (isOfConsole && route.method !== 'GET' && who !== 'program') {
      this.#origins.requireConsoleHeader(headers);
    }
    if (route.access === 'open') return;
    if (who === 'nobody') {
      throw new HttpProblem(
        401,
        { code: 'SIGN_IN_NEEDED', message: 'Sign in first.' },
        { 'www-authenticate': 'Bearer' },
      );
    }
    if (route.access === 'change' && this.#config.console === 'read-only') {
      throw new HttpProblem(403, {
        code: 'READ_ONLY',
        message: 'Nothing can be changed here: odradek.console is read-only.',
      });
    }
  }

  #request(
    { message, headers, remoteAddress, signal }: Exchange,
    { params }: FoundRoute,
    query: string,
    body: RequestBody,
  ): AdminRequest {
    const { bodyBytesMax, importBytesMax, bodyTimeoutMs: timeoutMs } = this.#config.http;
    return {
      method: message.method ?? '',
      params,
      query: new URLSearchParams(query),
      header: (name) => headers[name],
      headers,
      remoteAddress,
      signal,
      bytes: (bytesMax = bodyBytesMax) =>
        body.whole({ bytesMax: Math.min(bytesMax, bodyBytesMax), timeoutMs }),
      chunks: () => body.pieces({ bytesMax: importBytesMax, timeoutMs }),
    };
  }

  async #refuse(exchange: Exchange, error: unknown, more: AnswerHeaders): Promise<void> {
    // Nobody is there to be told, or has been told already.
    if (exchange.signal.aborted || exchange.hasBegun) return this.#report(exchange, error);
    const problem = problemOf(error) ?? this.#defect(exchange.message, error);
    const answer = json({ error: problem.details }, problem.status, problem.headers);
    await exchange.send(answer, more);
  }

  /** Says what went wrong where no answer can: with what broke off on purpose nothing did. */
  #report(exchange: Exchange, error: unknown): void {
    if (!exchange.signal.aborted && problemOf(error) === undefined) {
      this.#defect(exchange.message, error);
    }
  }

  #defect(message: IncomingMessage, error: unknown): HttpProblem {
    this.#modules.services.logger.error('a request over HTTP failed', {
      method: message.method,
      path: (message.url ?? '').split('?')[0]?.slice(0, 200),
      error: isError(error) ? (error.stack ?? error.message) : String(error),
    });
    return new HttpProblem(500, {
      code: 'UNKNOWN_SERVER_ERROR',
      message: "The broker failed at this; its log says how. That is a defect of Odradek's.",
    });
  }

  /** How many requests are being answered. */
  get underWay(): number {
    return this.#exchanges.size;
  }

  /** Ends the streams; what is asked else may still be answered. */
  endStreams(): void {
    for (const exchange of this.#exchanges) exchange.abort();
  }
}

/** The one value of `Host`: where there are several, Node takes the first and others may take another. */
function hostOf({ rawHeaders }: IncomingMessage): string | undefined {
  const values = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'host',
  );
  return values.length === 1 ? values[0] : undefined;
}

/** Path and query as they came. Only the origin form is served; the others are for proxies. */
function splitUrl(url: string): readonly string[] {
  if (!url.startsWith('/')) {
    throw new HttpProblem(400, { code: 'INVALID_REQUEST', message: 'The path begins with no /.' });
  }
  const at = url.indexOf('?');
  return at < 0 ? [url] : [url.slice(0, at), url.slice(at + 1)];
}

function allowed(found: ReadonlyMap<string, FoundRoute>): string {
  const methods = [...found.keys()];
  return [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
}

const tooManyStreams = {
  code: 'TOO_MANY_STREAMS',
  message: 'As many streams as there may be are open (odradek.http.streams.max).',
};

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}
