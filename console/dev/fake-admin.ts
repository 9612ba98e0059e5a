/**
 * An admin listener that serves the built page and a made-up cluster, as `src/admin/contract/` has it. For work on the
 * console, and for tests of the page alone.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FakeCluster, type FakeOptions } from './fake-cluster.ts';
import { figureRoutes } from './fake-figures.ts';
import { workRoutes } from './fake-work.ts';

/** What a route is given. */
export interface FakeRequest {
  readonly cluster: FakeCluster;
  readonly url: URL;
  /** What the groups of the route's pattern matched, decoded. */
  readonly names: readonly string[];
  /** The parsed JSON body; undefined where there is none. */
  readonly body: unknown;
  readonly text: string;
  readonly response: ServerResponse;
  /** Calls `listener` once a second, and as soon as a broker comes or goes, until the response is closed. */
  everySecond(listener: () => void): void;
}

/** `[method, pattern of the path, handler]`: what the handler answers is sent as JSON, undefined as 204. */
export type FakeRoute = readonly [string, RegExp, (request: FakeRequest) => unknown];

/** A refusal, to be thrown by a handler. */
export class FakeProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly more: object;

  constructor(status: number, code: string, message: string, more: object = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.more = more;
  }
}

/** Said by a handler that has answered, or goes on answering, by itself. */
export const answeredItself = Symbol('answered');

/** A running one. */
export interface FakeAdmin {
  readonly url: string;
  readonly cluster: FakeCluster;
  close(): Promise<void>;
}

const page = fileURLToPath(new URL('../dist', import.meta.url));
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};
/** As strict as the broker's own, so that what it forbids is seen early. */
const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/** Starts one on 127.0.0.1. */
export async function startFakeAdmin(
  options: FakeOptions & {
    readonly port?: number;
    readonly readOnly?: boolean;
    readonly password?: string;
  },
): Promise<FakeAdmin> {
  const cluster = new FakeCluster(options);
  const watchers = new Set<() => void>();
  const state = { cluster, watchers, signedIn: options.password === undefined, options };
  const tell = (): void => watchers.forEach((watcher) => watcher());
  const stepTimer = setInterval(() => {
    if (cluster.step(Date.now())) tell();
  }, 100);
  const tellTimer = setInterval(tell, 1000);
  const server = createServer((request, response) => {
    answer(request, response, state).catch((error: unknown) => sendProblem(response, error));
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    cluster,
    close() {
      clearInterval(stepTimer);
      clearInterval(tellTimer);
      return closeServer(server);
    },
  };
}

interface State {
  readonly cluster: FakeCluster;
  readonly watchers: Set<() => void>;
  signedIn: boolean;
  readonly options: { readonly readOnly?: boolean; readonly password?: string };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
  if (!url.pathname.startsWith('/api/')) {
    await sendFile(url.pathname, response);
    return;
  }
  const method = request.method ?? 'GET';
  const text = await bodyOf(request);
  if (url.pathname === '/api/session') {
    answerSession(method, text, response, state);
    return;
  }
  if (!state.signedIn) throw new FakeProblem(401, 'SIGN_IN', 'The console asks for a password.');
  if (method !== 'GET') guardChange(request, state);
  const isJson = request.headers['content-type'] === 'application/json' && text !== '';
  await answerRoute(
    method,
    { url, text, body: isJson ? JSON.parse(text) : undefined },
    response,
    state,
  );
}

function guardChange(request: IncomingMessage, { options }: State): void {
  if (request.headers['odradek-console'] !== '1') {
    throw new FakeProblem(403, 'FORBIDDEN', 'The header odradek-console is missing.');
  }
  if (options.readOnly === true)
    throw new FakeProblem(403, 'READ_ONLY', 'The console is read-only.');
}

async function answerRoute(
  method: string,
  { url, text, body }: Pick<FakeRequest, 'url' | 'text' | 'body'>,
  response: ServerResponse,
  { cluster, watchers }: State,
): Promise<void> {
  for (const [routeMethod, pattern, handler] of [...figureRoutes, ...workRoutes]) {
    const match = pattern.exec(url.pathname);
    if (match === null || routeMethod !== method) continue;
    const names = match.slice(1).map(decodeURIComponent);
    const everySecond = (listener: () => void): void => {
      watchers.add(listener);
      response.on('close', () => watchers.delete(listener));
    };
    const result = await handler({ cluster, url, names, body, text, response, everySecond });
    if (result === answeredItself) return;
    if (result === undefined) response.writeHead(204).end();
    else sendJson(response, 200, result);
    return;
  }
  throw new FakeProblem(404, 'NOT_FOUND', `The fake has no ${method} ${url.pathname}.`);
}

function answerSession(method: string, text: string, response: ServerResponse, state: State): void {
  const { options, cluster } = state;
  if (method === 'POST') {
    const { password } = JSON.parse(text) as { password: string };
    if (password !== options.password) {
      throw new FakeProblem(401, 'WRONG_PASSWORD', 'This is not the password.', {
        remedy: 'It stands in odradek.admin.password of this broker.',
      });
    }
    state.signedIn = true;
  }
  if (method === 'DELETE') state.signedIn = false;
  if (method !== 'GET') {
    response.writeHead(204).end();
    return;
  }
  sendJson(response, 200, {
    version: '0.1.0',
    nodeId: 1,
    clusterId: 'pXz0dRadekClusterId0Aw',
    mode: options.readOnly === true ? 'read-only' : 'full',
    needsSignIn: !state.signedIn,
    canSignOut: options.password !== undefined && state.signedIn,
    bootstrapServers: cluster
      .brokers()
      .map(({ host, port }) => `${host}:${port}`)
      .join(','),
  });
}

/** Begins a stream of server-sent events; what it answers sends one. */
export function startEvents(response: ServerResponse): (name: string, data: unknown) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  return (name, data) => response.write(`event: ${name}\ndata: ${JSON.stringify(data)}\n\n`);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendProblem(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.end();
    return;
  }
  const known = error instanceof FakeProblem;
  const message = error instanceof Error ? error.message : String(error);
  const problem = known
    ? { code: error.code, message, ...error.more }
    : { code: 'UNKNOWN', message };
  sendJson(response, known ? error.status : 500, { error: problem });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

async function sendFile(path: string, response: ServerResponse): Promise<void> {
  const name = path === '/' ? 'index.html' : normalize(path).replace(/^(?:\.\.[/\\])+/, '');
  try {
    const content = await readFile(join(page, name));
    const type = types[extname(name)] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type }).end(content);
  } catch {
    response.writeHead(404).end('not found');
  }
}
