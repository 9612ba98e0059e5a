import { brokerAddress } from '../../broker/membership/broker-address.ts';
import type { ClientRuntime } from '../../client/client-runtime.ts';
import type { BrokerImage, ClusterImage } from '../../metadata/image.ts';
import type { BrokerFiguresResponse } from '../../protocol/messages/broker-figures.ts';
import { isLive } from './broker-figures.ts';
import { PeerLink } from './peer-link.ts';
import type { Answer, Answers, Question } from './question.ts';

/** What it asks with, and whom. */
export interface RoundsModules {
  readonly runtime: ClientRuntime;
  readonly image: () => ClusterImage;
  /** What this broker answers itself. */
  readonly own: (question: Question) => Promise<BrokerFiguresResponse>;
  readonly interBrokerListenerName: () => string;
}

/** Who does not answer within it is not waited for. */
const answerMsMax = 800;
/** The same beside the rounds, where much may be asked for. */
const asideMsMax = 3000;
/** An answer of a round before stands in for one that is late, as long as it is no older. */
const staleMs = 3500;

/** Asks all brokers of the cluster for their figures, all at once, and keeps what they answered last. */
export class Rounds {
  readonly #nodeId: number;
  readonly #modules: RoundsModules;
  readonly #links = new Map<number, PeerLink>();
  readonly #answers = new Map<number, Answer>();

  constructor(options: { readonly nodeId: number }, modules: RoundsModules) {
    this.#nodeId = options.nodeId;
    this.#modules = modules;
  }

  /** What was answered last, of those that are there and whose answer is not old; `everyMs` is how often they are asked. */
  answers(everyMs: number): Answers {
    const { brokers } = this.#modules.image();
    const oldestMs = this.#modules.runtime.clock.monotonicMs() - Math.max(staleMs, 2.5 * everyMs);
    return new Map(
      [...this.#answers].filter(
        ([nodeId, { atMs }]) =>
          atMs >= oldestMs && isLive(brokers.get(nodeId), this.#modules.image()),
      ),
    );
  }

  /** Asks everybody once. Settles when all have answered, or time is up; never rejects. */
  async ask(question: Question): Promise<void> {
    const image = this.#modules.image();
    for (const [nodeId, link] of this.#links) {
      if (image.brokers.has(nodeId)) continue;
      link.close();
      this.#links.delete(nodeId);
      this.#answers.delete(nodeId);
    }
    const live = [...image.brokers.values()].filter((broker) => isLive(broker, image));
    await this.#within(
      answerMsMax,
      live.map((broker) => this.#askOne(broker, question)),
    );
  }

  /** What is answered to a question beside the rounds, which the picture does not keep. */
  async askAside(question: Question): Promise<Answers> {
    const image = this.#modules.image();
    const live = [...image.brokers.values()].filter((broker) => isLive(broker, image));
    const answers = new Map<number, Answer>();
    await this.#within(
      asideMsMax,
      live.map(async (broker) => {
        const answer = await this.#answerOf(broker, question);
        if (answer !== undefined) answers.set(broker.nodeId, answer);
      }),
    );
    return new Map(answers);
  }

  /** Settles when all have, or time is up: a connection that has to be made first takes its own. */
  async #within(limitMs: number, asked: readonly Promise<void>[]): Promise<void> {
    const { timers } = this.#modules.runtime;
    const { promise: timeIsUp, resolve } = Promise.withResolvers<void>();
    const timer = timers.setTimer(limitMs, resolve);
    try {
      await Promise.race([timeIsUp, Promise.all(asked)]);
    } finally {
      timers.clearTimer(timer);
    }
  }

  async #askOne(broker: BrokerImage, question: Question): Promise<void> {
    const answer = await this.#answerOf(broker, question);
    if (answer !== undefined) this.#answers.set(broker.nodeId, answer);
  }

  async #answerOf(broker: BrokerImage, question: Question): Promise<Answer | undefined> {
    const { nodeId } = broker;
    const { clock } = this.#modules.runtime;
    const figures =
      nodeId === this.#nodeId
        ? await this.#modules.own(question)
        : await this.#askPeer(broker, question);
    return figures === undefined ? undefined : { nodeId, atMs: clock.monotonicMs(), figures };
  }

  async #askPeer(
    broker: BrokerImage,
    question: Question,
  ): Promise<BrokerFiguresResponse | undefined> {
    const { runtime, interBrokerListenerName } = this.#modules;
    const address = brokerAddress(broker, interBrokerListenerName());
    if (address === undefined || broker.figuresSecret === '') return undefined;
    const { host, port } = address;
    let link = this.#links.get(broker.nodeId);
    if (link === undefined) {
      link = new PeerLink({ clientId: `broker-${this.#nodeId}-figures` }, runtime);
      this.#links.set(broker.nodeId, link);
    }
    return link.ask({ host, port, secret: broker.figuresSecret }, question, answerMsMax);
  }

  close(): void {
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
  }
}
