import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { ByteReader } from '../../../src/protocol/byte-reader.ts';
import { decodeMessage } from '../../../src/protocol/codec.ts';
import { FrameDecoder } from '../../../src/protocol/frame.ts';
import { encodeRequestFrame, readResponseHeader } from '../../../src/protocol/header.ts';
import type { ApiSchema } from '../../../src/protocol/schema.ts';
import { concatenated } from '../../../src/util/bytes.ts';
import { apis, type Answer, type AskedApi, type Question } from './apis.ts';
import { unknownTopicId } from './unknown-topic-id.ts';
import { Normaliser, type Json } from './normalise.ts';

/** One request of a scenario and what came back: an answer, `<closed>` or `<silence>`. */
export interface Exchange {
  readonly asked: string;
  readonly answer: Json;
}

/** A topic of a scenario. */
export interface Topic {
  readonly name: string;
  readonly topicId: string;
}

/** Thrown where there is no answer, only this: it is recorded, and ends a scenario. */
export class NoAnswer extends Error {
  readonly instead: '<closed>' | '<silence>';

  constructor(instead: NoAnswer['instead']) {
    super(`no answer but ${instead}`);
    this.instead = instead;
  }
}

const answerTimeoutMs = 5000;
const settleTimeoutMs = 10_000;

/**
 * A scenario's talk with a broker: a connection, opened anew after it was closed, and a transcript of what
 * was asked by `ask` and friends. What `prepare` and its friends ask is not in it.
 */
export class Conversation {
  readonly transcript: Exchange[];
  readonly normaliser: Normaliser;
  readonly #port: number;
  readonly #clientId: string;
  readonly #others: Conversation[] = [];
  #link: Link | undefined;
  #correlationId = 0;

  private constructor(
    port: number,
    clientId: string,
    shared: { readonly transcript: Exchange[]; readonly normaliser: Normaliser },
  ) {
    this.transcript = shared.transcript;
    this.normaliser = shared.normaliser;
    this.#port = port;
    this.#clientId = clientId;
  }

  /** `run` keeps the topics of two runs against one broker apart. */
  static with(bootstrapServers: string, scenario: string, run: string): Conversation {
    const hash = createHash('sha256').update(`${run} ${scenario}`).digest('hex');
    const normaliser = new Normaliser(`-x${hash.slice(0, 10)}`);
    normaliser.topicId(unknownTopicId, 'nobody');
    const port = Number(bootstrapServers.split(':').at(-1));
    return new Conversation(port, 'answers', { transcript: [], normaliser });
  }

  /** A second client of the same scenario, with a connection of its own. Both write into one transcript. */
  beside(clientId: string): Conversation {
    const other = new Conversation(this.#port, clientId, this);
    this.#others.push(other);
    return other;
  }

  /** A topic name of this scenario alone, which the transcript shows as `label`. */
  nameOf(label: string): string {
    return label + this.normaliser.suffix;
  }

  /** Asks, and puts the answer into the transcript. */
  async ask<N extends AskedApi>(
    api: N,
    version: number,
    question: Question<N>,
  ): Promise<Answer<N>> {
    return this.askFrame(api, version, this.frame(api, version, question));
  }

  /** As `ask`, with a frame made by `frame` and changed since; `answerVersion` is the answer's. */
  async askFrame<N extends AskedApi>(
    api: N,
    version: number,
    frame: Uint8Array,
    answerVersion = version,
  ): Promise<Answer<N>> {
    const asked = `${api} v${version}`;
    try {
      const answer = await this.#send(api, answerVersion, frame);
      this.transcript.push({ asked, answer: this.normaliser.normalise(api, answer) });
      return answer;
    } catch (error) {
      if (error instanceof NoAnswer) this.transcript.push({ asked, answer: error.instead });
      throw error;
    }
  }

  /** As `ask`, where there may be no answer and the scenario goes on all the same. */
  async attempt<N extends AskedApi>(api: N, version: number, question: Question<N>): Promise<void> {
    try {
      await this.ask(api, version, question);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.hangUp();
    }
  }

  /** Asks what will be answered when others have asked, too. The answer is for `note`. */
  begin<N extends AskedApi>(api: N, version: number, question: Question<N>): Promise<Answer<N>> {
    const coming = this.prepare(api, version, question);
    // A scenario that ends before has no use for it.
    coming.catch(() => {});
    return coming;
  }

  /**
   * Puts an answer that was waited for elsewhere into the transcript: those of several clients, which may come
   * in any order, stand there in that of the notes.
   */
  async note<N extends AskedApi>(
    api: N,
    version: number,
    coming: Promise<Answer<N>>,
  ): Promise<Answer<N>> {
    const answer = await coming;
    this.transcript.push({
      asked: `${api} v${version}`,
      answer: this.normaliser.normalise(api, answer),
    });
    return answer;
  }

  /** Sends a request that gets no answer. */
  async tell<N extends AskedApi>(api: N, version: number, question: Question<N>): Promise<void> {
    (await this.#open()).write(this.frame(api, version, question));
  }

  /** Asks without a word in the transcript. */
  prepare<N extends AskedApi>(api: N, version: number, question: Question<N>): Promise<Answer<N>> {
    return this.#send(api, version, this.frame(api, version, question));
  }

  /** A request's frame, size and header included. */
  frame<N extends AskedApi>(api: N, version: number, question: Question<N>): Uint8Array {
    const header = { correlationId: ++this.#correlationId, clientId: this.#clientId };
    const schema: ApiSchema = apis[api].request;
    return concatenated(encodeRequestFrame(schema, version, header, question as never)).slice();
  }

  /** Makes a topic, and waits until its partitions can be read and written. */
  async topic(
    label: string,
    options: { partitions?: number; configs?: Readonly<Record<string, string>> } = {},
  ): Promise<Topic> {
    const name = this.nameOf(label);
    const configs = Object.entries(options.configs ?? {});
    const numPartitions = options.partitions ?? 1;
    const { topics } = await this.prepare('CreateTopics', 7, {
      topics: [
        {
          name,
          numPartitions,
          replicationFactor: 1,
          assignments: [],
          configs: configs.map(([key, value]) => ({ name: key, value })),
        },
      ],
    });
    const created = topics[0];
    if (created === undefined || created.errorCode !== 0) {
      throw new Error(`${name} was not created: ${created?.errorMessage}`);
    }
    this.normaliser.topicId(created.topicId, label);
    await this.ready(name, numPartitions);
    return { name, topicId: created.topicId };
  }

  /** Waits until all partitions of a topic answer: a broker of Apache's learns of them after the answer. */
  async ready(name: string, partitions: number): Promise<void> {
    const asked = Array.from({ length: partitions }, (_, partitionIndex) => ({
      partitionIndex,
      timestamp: -1,
    }));
    await this.settled(`${name} is ready`, async () => {
      const { topics } = await this.prepare('ListOffsets', 7, {
        replicaId: -1,
        isolationLevel: 0,
        topics: [{ name, partitions: asked }],
      });
      return topics[0]?.partitions.every(({ errorCode }) => errorCode === 0) ?? false;
    });
  }

  /** Asks `condition` again until it holds. */
  async settled(what: string, condition: () => Promise<boolean>): Promise<void> {
    const deadlineMs = performance.now() + settleTimeoutMs;
    while (!(await condition())) {
      if (performance.now() > deadlineMs) throw new Error(`it did not come true that ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async #send<N extends AskedApi>(api: N, version: number, frame: Uint8Array): Promise<Answer<N>> {
    const reader = new ByteReader(await (await this.#open()).ask(frame));
    const { request, response } = apis[api];
    readResponseHeader(request.apiKey, version, reader);
    const schema: ApiSchema = response;
    return decodeMessage(schema, version, reader) as Answer<N>;
  }

  async #open(): Promise<Link> {
    if (this.#link === undefined || this.#link.closed) this.#link = await Link.open(this.#port);
    return this.#link;
  }

  /** Closes the connection, and those of the others beside; the next request opens another. */
  hangUp(): void {
    this.#link?.close();
    this.#link = undefined;
    for (const other of this.#others) other.hangUp();
  }
}

/** One connection. Answers come in the order of the requests. */
class Link {
  readonly #socket: Socket;
  readonly #decoder = new FrameDecoder({ frameBytesMax: 256 * 1024 * 1024 });
  readonly #waiting: PromiseWithResolvers<readonly Uint8Array[]>[] = [];
  closed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.#onData(chunk));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      for (const { reject } of this.#waiting.splice(0)) reject(new NoAnswer('<closed>'));
    });
  }

  static async open(port: number): Promise<Link> {
    const socket = connect(port, '127.0.0.1');
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return new Link(socket);
  }

  #onData(chunk: Uint8Array): void {
    this.#decoder.push(chunk);
    for (;;) {
      const step = this.#decoder.next();
      if (step.kind === 'need-more') return;
      if (step.kind === 'error') throw new Error(step.reason);
      if (step.kind === 'size') this.#decoder.accept();
      else this.#waiting.shift()?.resolve(step.chunks);
    }
  }

  write(frame: Uint8Array): void {
    this.#socket.write(frame);
  }

  async ask(frame: Uint8Array): Promise<readonly Uint8Array[]> {
    if (this.closed) throw new NoAnswer('<closed>');
    const answer = Promise.withResolvers<readonly Uint8Array[]>();
    this.#waiting.push(answer);
    const timer = setTimeout(() => answer.reject(new NoAnswer('<silence>')), answerTimeoutMs);
    this.write(frame);
    try {
      return await answer.promise;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}
