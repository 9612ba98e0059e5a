import { ByteReader } from '../protocol/byte-reader.ts';
import { decodeMessage } from '../protocol/codec.ts';
import { errorCodes } from '../protocol/error-codes.ts';
import { FrameDecoder } from '../protocol/frame.ts';
import { encodeRequestFrame, readResponseHeader } from '../protocol/header.ts';
import type { ApiVersionsResponse } from '../protocol/messages/api-versions.ts';
import type { ApiSchema, Encodable, Fields, Infer } from '../protocol/schema.ts';
import type { VersionRange } from '../protocol/versions.ts';
import type { Connection, Timer } from '../runtime/runtime.ts';
import { concatenated, readInt16 } from '../util/bytes.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { type Api, apis } from './apis.ts';
import { asError, brokerRefused, timedOut } from './client-errors.ts';
import type { ClientRuntime } from './client-runtime.ts';

/** Where to connect, and how long to wait. */
export interface BrokerConnectionOptions {
  readonly host: string;
  readonly port: number;
  /** What the broker's logs and quotas call this client. */
  readonly clientId: string;
  /** For the connection and the exchange of versions. */
  readonly connectTimeoutMs: number;
  /** For each request, unless the call says otherwise. */
  readonly requestTimeoutMs: number;
  /** A larger response closes the connection. */
  readonly responseBytesMax: number;
}

/** How one request differs from the others. */
export interface RequestOptions {
  readonly timeoutMs?: number;
  /** The version to speak instead of the highest that both sides know. */
  readonly version?: number;
  /** The highest version to speak, where later ones say things in another way. */
  readonly versionMax?: number;
}

/** A request that waits for its response. They are answered in order. */
interface PendingRequest {
  readonly correlationId: number;
  readonly operation: string;
  readonly timeoutMs: number;
  readonly deadlineMs: number;
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly onResponse: (body: ByteReader) => void;
  readonly onFailure: (error: Error) => void;
}

/**
 * One connection to one broker. Requests are sent as they come, without waiting for the responses before
 * them; a response is for the oldest request without one. A request that times out closes the connection,
 * since all behind it wait for the same answer.
 */
export class BrokerConnection {
  readonly #options: BrokerConnectionOptions;
  readonly #modules: ClientRuntime;
  readonly #connection: Connection;
  readonly #frames: FrameDecoder;
  readonly #pending: PendingRequest[] = [];
  #versions: ReadonlyMap<number, VersionRange> = new Map();
  #correlationId = 0;
  #timer: Timer | undefined;
  #timerAtMs = 0;
  /** Why nothing can be sent any more. */
  #failure: OdradekError | undefined;

  /**
   * Connects and learns which versions the broker speaks. Fails with `CONNECTION_FAILED`, `CONNECTION_CLOSED`,
   * `TIMED_OUT` or `PROTOCOL_ERROR`.
   */
  static async open(
    options: BrokerConnectionOptions,
    modules: ClientRuntime,
  ): Promise<BrokerConnection> {
    const connection = await connectWithin(options, modules);
    const broker = new BrokerConnection(options, modules, connection);
    try {
      await broker.#negotiateVersions();
    } catch (error) {
      broker.close();
      throw error;
    }
    return broker;
  }

  private constructor(
    options: BrokerConnectionOptions,
    modules: ClientRuntime,
    connection: Connection,
  ) {
    this.#options = options;
    this.#modules = modules;
    this.#connection = connection;
    this.#frames = new FrameDecoder({ frameBytesMax: options.responseBytesMax });
    connection.start({
      onData: (chunk) => this.#onData(chunk),
      onDrain: () => {},
      onClose: (error) => this.#fail(this.#closed(error)),
    });
  }

  get isOpen(): boolean {
    return this.#failure === undefined;
  }

  /** Requests that wait for their response. */
  get inFlight(): number {
    return this.#pending.length;
  }

  /** The highest version of `api` up to `versionMax` that both sides speak, or undefined. */
  versionOf(api: Api, versionMax = Number.POSITIVE_INFINITY): number | undefined {
    const theirs = this.#versions.get(api.request.apiKey);
    if (theirs === undefined) return undefined;
    const ours = api.request.validVersions;
    const version = Math.min(theirs.max, ours.max, versionMax);
    return version >= Math.max(theirs.min, ours.min) ? version : undefined;
  }

  /** As `versionOf`; throws `BROKER_REFUSED` (UNSUPPORTED_VERSION) where there is none. */
  agreedVersion(api: Api, versionMax?: number): number {
    const version = this.versionOf(api, versionMax);
    if (version !== undefined) return version;
    const { host, port } = this.#options;
    throw brokerRefused(
      api.name,
      errorCodes.UNSUPPORTED_VERSION,
      `${host}:${port} does not serve a version of it that this client speaks`,
    );
  }

  /**
   * Sends a request and answers its response. Its `records` are not copied and must not change until it has
   * settled. Fails with `BROKER_REFUSED` (UNSUPPORTED_VERSION, nothing was sent) where the broker does not
   * serve the API, `TIMED_OUT`, `CONNECTION_CLOSED` or `PROTOCOL_ERROR`.
   */
  async request<Q extends Fields, P extends Fields>(
    api: Api<Q, P>,
    body: Encodable<ApiSchema<Q>>,
    options: RequestOptions = {},
  ): Promise<Infer<ApiSchema<P>>> {
    const version = options.version ?? this.agreedVersion(api, options.versionMax);
    const reader = await this.#exchange(api, version, body, options.timeoutMs);
    return decodeMessage(api.response, version, reader);
  }

  /**
   * Sends a request that gets no response (Produce with acks 0) and settles once it is sent. Fails as
   * `request` does.
   */
  send<Q extends Fields, P extends Fields>(
    api: Api<Q, P>,
    body: Encodable<ApiSchema<Q>>,
    options: Pick<RequestOptions, 'version'> = {},
  ): Promise<void> {
    const version = options.version ?? this.agreedVersion(api);
    const buffers = this.#frame(api, version, body);
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#connection.write(buffers, () => {
        if (this.#failure === undefined) resolve();
        else reject(this.#failure);
      });
    });
  }

  /** Ends the connection. Requests that wait fail with `CONNECTION_CLOSED`. */
  close(): void {
    this.#fail(this.#closed());
  }

  async #negotiateVersions(): Promise<void> {
    const { max } = apis.apiVersions.request.validVersions;
    let response = await this.#apiVersions(max);
    if (response.errorCode === errorCodes.UNSUPPORTED_VERSION) {
      // An older broker answers in version 0 which versions of this request it speaks (KIP-511).
      const own = response.apiKeys.find(({ apiKey }) => apiKey === apis.apiVersions.request.apiKey);
      response = await this.#apiVersions(Math.min(own?.maxVersion ?? 0, max));
    }
    if (response.errorCode !== errorCodes.NONE) {
      throw brokerRefused('ApiVersions', response.errorCode);
    }
    this.#versions = new Map(
      response.apiKeys.map(({ apiKey, minVersion, maxVersion }) => [
        apiKey,
        { min: minVersion, max: maxVersion },
      ]),
    );
  }

  async #apiVersions(version: number): Promise<ApiVersionsResponse> {
    const api = apis.apiVersions;
    const body = { clientSoftwareName: 'odradek', clientSoftwareVersion: '0' };
    const { connectTimeoutMs } = this.#options;
    const reader = await this.#exchange(api, version, body, connectTimeoutMs);
    const chunk = concatenated(reader.slices(reader.remaining));
    const isRefusal = chunk.length >= 2 && readInt16(chunk, 0) === errorCodes.UNSUPPORTED_VERSION;
    return decodeMessage(api.response, isRefusal ? 0 : version, new ByteReader([chunk]));
  }

  #exchange(
    api: Api,
    version: number,
    body: Encodable<ApiSchema>,
    timeoutMs = this.#options.requestTimeoutMs,
  ): Promise<ByteReader> {
    const buffers = this.#frame(api, version, body);
    return new Promise((onResponse, onFailure) => {
      if (this.#failure !== undefined) return onFailure(this.#failure);
      const deadlineMs = this.#modules.clock.monotonicMs() + timeoutMs;
      this.#pending.push({
        correlationId: this.#correlationId,
        operation: api.name,
        timeoutMs,
        deadlineMs,
        apiKey: api.request.apiKey,
        apiVersion: version,
        onResponse,
        onFailure,
      });
      this.#armTimer(deadlineMs);
      this.#connection.write(buffers);
    });
  }

  /** The bytes of a request with its length in front and a correlation id of its own. */
  #frame(api: Api, version: number, body: Encodable<ApiSchema>): Uint8Array[] {
    this.#correlationId = (this.#correlationId + 1) & 0x7fff_ffff;
    const header = { correlationId: this.#correlationId, clientId: this.#options.clientId };
    return encodeRequestFrame(api.request, version, header, body);
  }

  #onData(chunk: Uint8Array): void {
    this.#frames.push(chunk);
    try {
      for (;;) {
        const step = this.#frames.next();
        if (step.kind === 'need-more') return;
        if (step.kind === 'size') this.#frames.accept();
        else if (step.kind === 'frame') this.#onResponse(step.chunks);
        else throw protocolError(step.reason);
      }
    } catch (error) {
      this.#fail(asOdradekError(error));
    }
  }

  #onResponse(frame: readonly Uint8Array[]): void {
    const pending = this.#pending.shift();
    if (pending === undefined) throw protocolError('a response that was not asked for');
    const reader = new ByteReader(frame, { elementsMax: Number.MAX_SAFE_INTEGER });
    const header = readResponseHeader(pending.apiKey, pending.apiVersion, reader);
    if (header.correlationId !== pending.correlationId) {
      const error = protocolError(
        `the response ${header.correlationId} where ${pending.correlationId} was next`,
      );
      pending.onFailure(error);
      throw error;
    }
    pending.onResponse(reader);
  }

  /** One timer serves all requests: it is set for the earliest deadline, and set anew when it fires. */
  #armTimer(atMs: number): void {
    if (this.#timer !== undefined) {
      if (this.#timerAtMs <= atMs) return;
      this.#modules.timers.clearTimer(this.#timer);
    }
    this.#timerAtMs = atMs;
    const delayMs = Math.max(0, Math.ceil(atMs - this.#modules.clock.monotonicMs()));
    this.#timer = this.#modules.timers.setTimer(delayMs, () => this.#onTimer());
  }

  #onTimer(): void {
    this.#timer = undefined;
    const nowMs = this.#modules.clock.monotonicMs();
    const late = this.#pending.find(({ deadlineMs }) => deadlineMs <= nowMs);
    if (late !== undefined) {
      this.#pending.splice(this.#pending.indexOf(late), 1);
      late.onFailure(timedOut(late.operation, late.timeoutMs));
      this.#fail(this.#closed(timedOut(late.operation, late.timeoutMs)));
      return;
    }
    if (this.#pending.length === 0) return;
    this.#armTimer(Math.min(...this.#pending.map(({ deadlineMs }) => deadlineMs)));
  }

  #fail(error: OdradekError): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    if (this.#timer !== undefined) this.#modules.timers.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#connection.destroy();
    for (const { onFailure } of this.#pending.splice(0)) onFailure(error);
  }

  #closed(cause?: Error): OdradekError {
    const { host, port } = this.#options;
    const reason = cause === undefined ? '' : `: ${cause.message}`;
    return new OdradekError(
      `the connection to ${host}:${port} was closed${reason}`,
      { code: 'CONNECTION_CLOSED', host, port },
      { cause },
    );
  }
}

function connectWithin(
  { host, port, connectTimeoutMs }: BrokerConnectionOptions,
  { network, timers }: ClientRuntime,
): Promise<Connection> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = timers.setTimer(connectTimeoutMs, () => {
      isLate = true;
      const reason = `no answer within ${connectTimeoutMs} ms`;
      reject(connectionFailed(host, port, reason));
    });
    network.connect(host, port).then(
      (connection) => {
        timers.clearTimer(timer);
        if (isLate) connection.destroy();
        else resolve(connection);
      },
      (error: unknown) => {
        timers.clearTimer(timer);
        reject(asError(error));
      },
    );
  });
}

function connectionFailed(host: string, port: number, reason: string): OdradekError {
  return new OdradekError(`cannot connect to ${host}:${port}: ${reason}`, {
    code: 'CONNECTION_FAILED',
    host,
    port,
  });
}

function protocolError(reason: string): OdradekError {
  return new OdradekError(`the broker sent ${reason}`, { code: 'PROTOCOL_ERROR', reason });
}

function asOdradekError(error: unknown): OdradekError {
  if (error instanceof OdradekError) return error;
  throw error;
}
