import { OdradekError } from '../util/odradek-error.ts';

/** How a client reaches a cluster. All times in milliseconds. */
export interface ClientOptions {
  /** `host:port`, several separated by commas or as an array. Any broker of the cluster will do. */
  readonly bootstrapServers: string | readonly string[];
  /** What brokers call this client in logs and quotas; `odradek` unless given. */
  readonly clientId?: string;
  /** For one connection to come about; 10,000 unless given. */
  readonly connectTimeoutMs?: number;
  /** For one request; 30,000 unless given. */
  readonly requestTimeoutMs?: number;
  /** For an operation with all its tries; 60,000 unless given. */
  readonly operationTimeoutMs?: number;
  /**
   * How long to go on trying while no broker has ever been reached; as long as for an operation unless given.
   * With 0 the first failure is final.
   */
  readonly unreachableTimeoutMs?: number;
  /** Before the second try; doubled for each further one, up to `retryBackoffMaxMs`. 100 unless given. */
  readonly retryBackoffMs?: number;
  /** 1,000 unless given. */
  readonly retryBackoffMaxMs?: number;
  /** Metadata older than this is asked for again; 300,000 unless given. */
  readonly metadataMaxAgeMs?: number;
  /**
   * How long a topic that no broker knows is looked for, since its creation may be on its way; 5,000 unless
   * given.
   */
  readonly unknownTopicTimeoutMs?: number;
  /** Whether asking for an unknown topic may create it, where the broker allows that. False unless given. */
  readonly autoCreateTopics?: boolean;
}

/** A broker's address. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `ClientOptions` with every default filled in. */
export interface ResolvedClientOptions {
  readonly bootstrapServers: readonly Address[];
  readonly clientId: string;
  readonly connectTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly operationTimeoutMs: number;
  readonly unreachableTimeoutMs: number;
  readonly retryBackoffMs: number;
  readonly retryBackoffMaxMs: number;
  readonly metadataMaxAgeMs: number;
  readonly unknownTopicTimeoutMs: number;
  readonly autoCreateTopics: boolean;
}

/** The options with their defaults. Throws `INVALID_ARGUMENT` for an address that is none. */
export function resolveClientOptions(options: ClientOptions): ResolvedClientOptions {
  const operationTimeoutMs = options.operationTimeoutMs ?? 60_000;
  return {
    bootstrapServers: parseAddresses(options.bootstrapServers),
    clientId: options.clientId ?? 'odradek',
    connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
    requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
    operationTimeoutMs,
    unreachableTimeoutMs: options.unreachableTimeoutMs ?? operationTimeoutMs,
    retryBackoffMs: options.retryBackoffMs ?? 100,
    retryBackoffMaxMs: options.retryBackoffMaxMs ?? 1000,
    metadataMaxAgeMs: options.metadataMaxAgeMs ?? 300_000,
    unknownTopicTimeoutMs: options.unknownTopicTimeoutMs ?? 5000,
    autoCreateTopics: options.autoCreateTopics ?? false,
  };
}

/**
 * The addresses in `text`: `host:port`, IPv6 hosts in brackets, several separated by commas. Throws
 * `INVALID_ARGUMENT` where one is malformed or there is none.
 */
export function parseAddresses(text: string | readonly string[]): readonly Address[] {
  const parts = (typeof text === 'string' ? [text] : text)
    .flatMap((part) => part.split(','))
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) throw notAnAddress('');
  return parts.map(parseAddress);
}

function parseAddress(text: string): Address {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s/]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port < 1 || port > 65_535) throw notAnAddress(text);
  return { host, port };
}

function notAnAddress(text: string): OdradekError {
  const expected = 'HOST:PORT, several separated by commas';
  return new OdradekError(`bootstrap servers '${text}': expected ${expected}`, {
    code: 'INVALID_ARGUMENT',
    argument: 'bootstrapServers',
    expected,
  });
}
