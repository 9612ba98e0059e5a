import { invalidConfig } from '../../config/invalid-config.ts';

/** One member of etcd. */
export interface EtcdEndpoint {
  readonly host: string;
  readonly port: number;
  /** `host:port`, for messages. */
  readonly name: string;
}

/** What an address of etcd says. */
export interface EtcdAddress {
  readonly endpoints: readonly EtcdEndpoint[];
  /** Whether the connection is encrypted. */
  readonly isSecure: boolean;
  /** In front of every key; ends in a slash. */
  readonly namespace: string;
}

const defaultPort = 2379;
const expected =
  'embedded, or etcd://host:2379,host2:2379 (etcds:// with TLS), with a /prefix for the keys behind it if need be';

/** Whether the metadata is to be in etcd. */
export function isEtcdAddress(text: string): boolean {
  return /^etcds?:/i.test(text);
}

/**
 * Takes `etcd://host:2379,[::1]:2379/prefix` apart; without a port it is 2379, with `etcds` there is TLS.
 * Throws `INVALID_CONFIG`, which does not repeat what may be a password. `key` is what has the value.
 */
export function parseEtcdAddress(key: string, text: string): EtcdAddress {
  const [, scheme = '', authority = '', path = ''] =
    /^(etcds?):\/\/([^/?#]*)(\/[^?#]*)?$/i.exec(text) ?? [];
  if (authority.includes('@') || (scheme === '' && text.includes('@'))) {
    const elsewhere =
      'an address without user and password, which are odradek.metadata.user and odradek.metadata.password';
    throw invalidConfig(key, '[hidden]', elsewhere);
  }
  const endpoints = authority.split(',').map((part) => endpointOf(part.trim()));
  const [...known] = endpoints.filter((endpoint) => endpoint !== undefined);
  if (scheme === '' || known.length < endpoints.length) throw invalidConfig(key, text, expected);
  const inside = path.split('/').filter((part) => part !== '');
  return {
    endpoints: known,
    isSecure: scheme.toLowerCase() === 'etcds',
    namespace: inside.length === 0 ? '/' : `/${inside.join('/')}/`,
  };
}

function endpointOf(text: string): EtcdEndpoint | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/i.exec(text);
  if (match === null) return undefined;
  const host = match[1] ?? match[2] ?? '';
  const port = match[3] === undefined ? defaultPort : Number(match[3]);
  if (port === 0 || port > 65_535) return undefined;
  return { host, port, name: `${host.includes(':') ? `[${host}]` : host}:${port}` };
}
