import { parseList } from './config-value.ts';
import { invalidConfig } from './invalid-config.ts';

/** One address of a broker: `NAME://host:port` of `listeners` or `advertised.listeners`. */
export interface EndPoint {
  /** The listener's name, in upper case, as clients and other keys refer to it. */
  readonly name: string;
  readonly securityProtocol: SecurityProtocol;
  /** Without brackets. Empty in `listeners`: every interface; among the advertised: to be found out. */
  readonly host: string;
  /** `[0, 65535]`; 0 is any free port. */
  readonly port: number;
}

/** What of Kafka's security protocols is served. */
export type SecurityProtocol = 'PLAINTEXT';

/** The values that say where a broker listens. Undefined: not set. */
export interface ListenerSettings {
  readonly listeners: string;
  readonly advertisedListeners: string | undefined;
  readonly listenerSecurityProtocolMap: string;
  readonly interBrokerListenerName: string | undefined;
  /** Listeners of a KRaft controller, which has none here: they are left out. */
  readonly controllerListenerNames: readonly string[];
}

/**
 * Where a broker listens, what it tells clients, and which of that brokers use among themselves.
 */
export interface ResolvedListeners {
  readonly listeners: readonly EndPoint[];
  readonly advertisedListeners: readonly EndPoint[];
  readonly interBrokerListenerName: string;
}

const addressForm = /^([^:/]+):\/\/(?:\[([0-9a-zA-Z%._:-]*)\]|([0-9a-zA-Z%._-]*)):(\d{1,5})$/;
const kafkaProtocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'];

/**
 * Where a broker listens, and what it tells clients. Throws `INVALID_CONFIG` naming the key for anything that
 * is not in order: a form that is not `NAME://host:port`, a name or a port twice, a name without a protocol,
 * a protocol that is not served.
 */
export function resolveListeners(settings: ListenerSettings): ResolvedListeners {
  const protocols = parseProtocolMap(settings.listenerSecurityProtocolMap);
  const isController = (name: string): boolean => settings.controllerListenerNames.includes(name);
  const parse = (key: string, value: string): EndPoint[] =>
    parseAddresses(key, value)
      .filter(({ name }) => !isController(name))
      .map((address) => withProtocol(key, address, protocols));

  const listeners = parse('listeners', settings.listeners);
  if (listeners.length === 0) {
    throw invalidConfig(
      'listeners',
      settings.listeners,
      'at least one listener, such as PLAINTEXT://:9092',
    );
  }
  refuseDoublePorts(settings.listeners, listeners);
  const advertisedListeners = resolveAdvertised(settings.advertisedListeners, listeners, parse);
  const interBrokerListenerName = resolveInterBroker(settings, advertisedListeners);
  return { listeners, advertisedListeners, interBrokerListenerName };
}

interface Address {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

function parseAddresses(key: string, value: string): Address[] {
  const addresses = parseList(value).map((part) => {
    const match = addressForm.exec(part);
    if (!match || Number(match[4]) > 65_535) {
      throw invalidConfig(key, part, 'NAME://host:port, the host of IPv6 in brackets');
    }
    const [, name = '', bracketed, plain = ''] = match;
    return { name: name.toUpperCase(), host: bracketed ?? plain, port: Number(match[4]) };
  });
  const names = addresses.map(({ name }) => name);
  if (new Set(names).size < names.length)
    throw invalidConfig(key, value, 'each listener name only once');
  return addresses;
}

function withProtocol(
  key: string,
  address: Address,
  protocols: ReadonlyMap<string, string>,
): EndPoint {
  const protocol = protocols.get(address.name);
  if (protocol === undefined) {
    const expected = `listener names that listener.security.protocol.map has, unlike ${address.name}`;
    throw invalidConfig(key, `${address.name}://`, expected);
  }
  if (protocol !== 'PLAINTEXT') {
    throw invalidConfig(
      key,
      `${address.name}://`,
      `listeners of protocol PLAINTEXT; ${protocol} is not served yet`,
    );
  }
  return { ...address, securityProtocol: protocol };
}

function parseProtocolMap(value: string): Map<string, string> {
  const key = 'listener.security.protocol.map';
  const protocols = new Map<string, string>();
  for (const part of parseList(value)) {
    const at = part.lastIndexOf(':');
    const name = part.slice(0, Math.max(0, at)).trim().toUpperCase();
    const protocol = part
      .slice(at + 1)
      .trim()
      .toUpperCase();
    if (name === '' || !kafkaProtocols.includes(protocol)) {
      throw invalidConfig(
        key,
        part,
        `NAME:PROTOCOL, the protocol one of ${kafkaProtocols.join(', ')}`,
      );
    }
    if (protocols.has(name)) throw invalidConfig(key, value, 'each listener name only once');
    protocols.set(name, protocol);
  }
  return protocols;
}

/** Two listeners may share a port only as IPv4 and IPv6 of it, or when it is any free one. */
function refuseDoublePorts(value: string, listeners: readonly EndPoint[]): void {
  const families = new Map<number, boolean[]>();
  for (const { host, port } of listeners) {
    if (port === 0) continue;
    const isIpv6 = host.includes(':');
    const seen = families.get(port) ?? [];
    if (seen.length > 0 && (host === '' || seen.includes(isIpv6))) {
      throw invalidConfig('listeners', value, `each port only once, unlike ${port}`);
    }
    families.set(port, [...seen, isIpv6]);
  }
}

function resolveAdvertised(
  value: string | undefined,
  listeners: readonly EndPoint[],
  parse: (key: string, value: string) => EndPoint[],
): readonly EndPoint[] {
  const key = 'advertised.listeners';
  if (value === undefined || value === '') {
    return listeners.map((listener) =>
      isAnyAddress(listener.host) ? { ...listener, host: '' } : listener,
    );
  }
  const advertised = parse(key, value);
  for (const { name, host } of advertised) {
    if (!listeners.some((listener) => listener.name === name)) {
      throw invalidConfig(key, value, `listeners that 'listeners' has too, unlike ${name}`);
    }
    if (isAnyAddress(host))
      throw invalidConfig(key, value, `an address that can be reached, unlike ${host}`);
  }
  if (advertised.length === 0) throw invalidConfig(key, value, 'at least one address');
  return advertised;
}

function resolveInterBroker(settings: ListenerSettings, advertised: readonly EndPoint[]): string {
  const wanted = settings.interBrokerListenerName?.toUpperCase();
  if (wanted === undefined) {
    return (advertised.find(({ name }) => name === 'PLAINTEXT') ?? (advertised[0] as EndPoint))
      .name;
  }
  if (advertised.some(({ name }) => name === wanted)) return wanted;
  const names = advertised.map(({ name }) => name).join(', ');
  throw invalidConfig('inter.broker.listener.name', wanted, `an advertised listener: ${names}`);
}

function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
