import { invalidConfig } from './invalid-config.ts';
import type { TypedValues } from './typed-values.ts';

/** What a broker serves over HTTP, where, and to whom. Paths are as they were set. */
export interface AdminConfig {
  /** Undefined: nothing is served. */
  readonly listener: AdminAddress | undefined;
  /** In lower case, without ports and brackets. */
  readonly hosts: readonly string[];
  readonly portTries: number;
  readonly console: ConsoleMode;
  /** At most one of the two; so of the token. */
  readonly password: string | undefined;
  readonly passwordFile: string | undefined;
  readonly token: string | undefined;
  readonly tokenFile: string | undefined;
  readonly sessionMs: number;
  readonly signInAttemptsMax: number;
  /** As browsers write them in `Origin`; `*` is all. */
  readonly allowedOrigins: readonly string[];
  /** Partitions with series of their own among the metrics. */
  readonly metricsPartitionsMax: number;
  readonly http: HttpLimits;
}

/** Where the admin listener listens. */
export interface AdminAddress {
  /** Without brackets. */
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
}

/** What of the console is served. */
export type ConsoleMode = 'full' | 'read-only' | 'off';

/** Each is that of its key behind `odradek.http.`. */
export interface HttpLimits {
  readonly bodyBytesMax: number;
  readonly bodyTimeoutMs: number;
  readonly connectionRequestsMax: number;
  readonly connectionsMax: number;
  readonly headerBytesMax: number;
  readonly headerTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly importBytesMax: number;
  readonly importsMax: number;
  readonly queuedBytesMax: number;
  readonly searchesMax: number;
  readonly sendTimeoutMs: number;
  readonly streamsMax: number;
}

const listenerKey = 'odradek.admin.listener';
const loopback = /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/;

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return loopback.test(host);
}

/** Throws `INVALID_CONFIG` where the values contradict each other, or would let anybody in. */
export function resolveAdminConfig(values: TypedValues): AdminConfig {
  const config: AdminConfig = {
    listener: parseListener(values.text(listenerKey)),
    hosts: values.list('odradek.admin.hosts').map((host) => parseHost(host)),
    portTries: values.integer('odradek.admin.port.tries'),
    console: consoleMode(values.text('odradek.console')),
    password: secret(values, 'odradek.admin.password'),
    passwordFile: values.optionalText('odradek.admin.password.file'),
    token: secret(values, 'odradek.admin.token'),
    tokenFile: values.optionalText('odradek.admin.token.file'),
    sessionMs: values.integer('odradek.admin.session.ms'),
    signInAttemptsMax: values.integer('odradek.admin.sign.in.attempts.max'),
    allowedOrigins: values.list('odradek.http.allowed.origins').map(parseOrigin),
    metricsPartitionsMax: values.integer('odradek.metrics.partitions.max'),
    http: httpLimits(values),
  };
  refuseContradictions(config);
  return config;
}

function httpLimits(values: TypedValues): HttpLimits {
  const of = (name: string): number => values.integer(`odradek.http.${name}`);
  return {
    bodyBytesMax: of('body.max.bytes'),
    bodyTimeoutMs: of('body.timeout.ms'),
    connectionRequestsMax: of('connection.requests.max'),
    connectionsMax: of('connections.max'),
    headerBytesMax: of('header.max.bytes'),
    headerTimeoutMs: of('header.timeout.ms'),
    idleTimeoutMs: of('idle.timeout.ms'),
    importBytesMax: of('import.max.bytes'),
    importsMax: of('imports.max'),
    queuedBytesMax: of('queued.max.bytes'),
    searchesMax: of('searches.max'),
    sendTimeoutMs: of('send.timeout.ms'),
    streamsMax: of('streams.max'),
  };
}

function consoleMode(text: string): ConsoleMode {
  return text === 'off' || text === 'read-only' ? text : 'full';
}

function secret(values: TypedValues, key: string): string | undefined {
  const text = values.optionalText(key);
  if (text !== '') return text;
  throw invalidConfig(key, '', 'a text that is not empty');
}

function parseListener(text: string): AdminAddress | undefined {
  if (text === '') return undefined;
  const match = /^http:\/\/(?:\[([0-9a-fA-F:.]+)\]|([0-9a-zA-Z._-]+)):(\d{1,5})\/?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host !== undefined && port <= 65_535) return { host: host.toLowerCase(), port };
  throw invalidConfig(listenerKey, text, 'http://host:port, the host of IPv6 in brackets');
}

function parseHost(text: string): string {
  const host = /^\[?([0-9a-z._:-]+?)\]?$/.exec(text.toLowerCase())?.[1];
  if (host !== undefined) return host;
  throw invalidConfig('odradek.admin.hosts', text, 'host names and addresses, parted by commas');
}

/** An origin has no path: what differs from its own spelling would never match what browsers send. */
function parseOrigin(text: string): string {
  if (text === '*') return text;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isOrigin = url !== undefined && url.origin === text.replace(/\/$/, '').toLowerCase();
  if (isOrigin && /^https?:$/.test(url.protocol)) return url.origin;
  throw invalidConfig('odradek.http.allowed.origins', text, 'https://host or https://host:port');
}

function refuseContradictions(config: AdminConfig): void {
  const { listener, password, passwordFile, token, tokenFile } = config;
  if (password !== undefined && passwordFile !== undefined) {
    const expected = 'none where odradek.admin.password is set';
    throw invalidConfig('odradek.admin.password.file', passwordFile, expected);
  }
  if (token !== undefined && tokenFile !== undefined) {
    const expected = 'none where odradek.admin.token is set';
    throw invalidConfig('odradek.admin.token.file', tokenFile, expected);
  }
  if (listener === undefined || isLoopback(listener.host)) return;
  const secrets = [password, passwordFile, token, tokenFile];
  if (secrets.some((one) => one !== undefined)) return;
  throw invalidConfig(
    listenerKey,
    `http://${listener.host}:${listener.port}`,
    'an address of loopback, or a password (odradek.admin.password or odradek.admin.password.file) or a token ' +
      '(odradek.admin.token or odradek.admin.token.file), for others than this machine reach that one',
  );
}
