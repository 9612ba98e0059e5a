import type { ClientRuntime } from '../../client/client-runtime.ts';
import { BrokerConnection } from '../../client/connection.ts';
import { bytesOfSecret } from '../../broker/figures/secret.ts';
import {
  brokerFiguresRequest,
  brokerFiguresResponse,
  type BrokerFiguresResponse,
} from '../../protocol/messages/broker-figures.ts';
import { OdradekError } from '../../util/odradek-error.ts';
import type { Question } from './question.ts';

/** Whom to ask, and where that is. */
export interface Peer {
  readonly host: string;
  readonly port: number;
  /** Of its registration: another with every start. */
  readonly secret: string;
}

/** An answer tells of some hundred topics and groups, or of all topics. */
const answerBytesMax = 64 * 1024 * 1024;

const api = {
  name: 'BrokerFigures',
  request: brokerFiguresRequest,
  response: brokerFiguresResponse,
};

/** The way to another broker's figures: a connection that is made when it is needed, and again when it broke. */
export class PeerLink {
  readonly #options: { readonly clientId: string };
  readonly #runtime: ClientRuntime;
  #connection: { readonly peer: Peer; readonly open: BrokerConnection } | undefined;
  #isAsking = false;
  #closed = false;

  constructor(options: { readonly clientId: string }, runtime: ClientRuntime) {
    this.#options = options;
    this.#runtime = runtime;
  }

  /** What the broker answers; undefined where it does not, in time, or has not answered the question before yet. */
  async ask(
    peer: Peer,
    question: Question,
    timeoutMs: number,
  ): Promise<BrokerFiguresResponse | undefined> {
    if (this.#isAsking) return undefined;
    this.#isAsking = true;
    try {
      const connection = await this.#connected(peer, timeoutMs);
      const body = { ...question, secret: bytesOfSecret(peer.secret) };
      return await connection?.request(api, body, { timeoutMs, version: 0 });
    } catch (error) {
      if (error instanceof OdradekError) return undefined;
      throw error;
    } finally {
      this.#isAsking = false;
    }
  }

  async #connected(peer: Peer, timeoutMs: number): Promise<BrokerConnection | undefined> {
    const known = this.#connection;
    if (known?.open.isOpen === true && known.peer.secret === peer.secret) return known.open;
    known?.open.close();
    const open = await BrokerConnection.open(
      {
        host: peer.host,
        port: peer.port,
        clientId: this.#options.clientId,
        connectTimeoutMs: timeoutMs,
        requestTimeoutMs: timeoutMs,
        responseBytesMax: answerBytesMax,
      },
      this.#runtime,
    );
    if (this.#closed) {
      open.close();
      return undefined;
    }
    this.#connection = { peer, open };
    return open;
  }

  close(): void {
    this.#closed = true;
    this.#connection?.open.close();
  }
}
