import type { ConfigInput } from '../config/load-broker-config.ts';
import type { ConsoleOptions } from './public-api.ts';

const listenerKey = 'odradek.admin.listener';
const defaultPort = 8080;

/** The configuration that the option `console` stands for. */
export function consoleConfig(
  console: boolean | ConsoleOptions | undefined,
): Record<string, ConfigInput> {
  if (console === undefined) return {};
  if (console === false) return { [listenerKey]: '' };
  const {
    host = '127.0.0.1',
    port = defaultPort,
    readOnly,
    password,
  } = console === true ? {} : console;
  return {
    [listenerKey]: listenerAt(host, port),
    ...(readOnly === undefined ? {} : { 'odradek.console': readOnly ? 'read-only' : 'full' }),
    ...(password === undefined ? {} : { 'odradek.admin.password': password }),
  };
}

/**
 * `values` with the admin listener that is there, if any, on the port that `portOf` answers for its own: brokers of
 * one machine cannot have the same.
 */
export function withAdminPort(
  values: ReadonlyMap<string, string>,
  portOf: (port: number) => number,
): ReadonlyMap<string, string> {
  const listener = values.get(listenerKey) ?? '';
  const [, host, port] = /^http:\/\/(.+):(\d+)\/?$/.exec(listener.trim()) ?? [];
  if (host === undefined) return values;
  return new Map([...values, [listenerKey, `http://${host}:${portOf(Number(port))}`]]);
}

function listenerAt(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
