import { type Broker, type BrokerOptions, createBroker } from '../../src/index.ts'; // in your project: from 'odradek'
import { until } from '../common/until.ts';
import { sum } from '../common/wire.ts';
import { BackEnd } from './back-end.ts';
import { answerBooks } from './books.ts';
import { Customer } from './customer.ts';
import { FrontEnd } from './front-end.ts';
import { createOrders } from './orders.ts';
import { Recommender } from './recommender.ts';
import type { Routing } from './routing.ts';
import { answerSecurity } from './security.ts';

const customerCount = 40;

/** What a day in the shop took. */
export interface Cost {
  readonly requestCount: number;
  readonly receivedCount: number;
  readonly thrownAwayCount: number;
  /** By the back ends together, for each request. */
  readonly readBytes: number;
  /** Of the whole process, for each request. */
  readonly cpuMicros: number;
}

/** A broker, a front end and three back ends, with one way of routing. */
export class Shop {
  readonly #routing: Routing;
  readonly #broker: Broker;
  readonly #frontEnd: FrontEnd;
  readonly #backEnds: readonly BackEnd[];

  private constructor(broker: Broker, routing: Routing) {
    this.#routing = routing;
    this.#broker = broker;
    this.#frontEnd = new FrontEnd(routing.topicOf);
    this.#backEnds = [
      new BackEnd('security', answerSecurity),
      new BackEnd('books', answerBooks),
      new BackEnd('orders', createOrders()),
    ];
  }

  static async open(routing: Routing, options: BrokerOptions = {}): Promise<Shop> {
    const broker = await createBroker({ topics: { answers: 1 }, ...options });
    const { bootstrapServers } = broker;
    await routing.createTopics(broker);
    const shop = new Shop(broker, routing);
    await shop.#frontEnd.start(bootstrapServers);
    await Promise.all(
      shop.#backEnds.map((one) => one.start(bootstrapServers, routing.subscriptionOf(one.name))),
    );
    return shop;
  }

  get consoleUrl(): string | undefined {
    return this.#broker.consoleUrl;
  }

  /** One customer who does everything, and whose doings are printed. */
  async showVisit(name: string): Promise<void> {
    const visitor = new Customer(name, this.#frontEnd, (wish, answer) => {
      console.log(
        `   ${`${name}: ${wish.action}`.padEnd(14)} ──▶ ${answer.from.padEnd(8)} ──▶ ${answer.said}`,
      );
    });
    await visitor.visit();
  }

  /** A day of many customers, who come at once: what it takes. */
  async runDay(): Promise<Cost> {
    for (const backEnd of this.#backEnds) {
      backEnd.receivedCount = 0;
      backEnd.thrownAwayCount = 0;
      backEnd.readWire.reset();
    }
    const before = this.#frontEnd.requestCount();
    const cpu = process.cpuUsage();
    const customers = Array.from({ length: customerCount }, (_, at) => `customer-${at + 1}`);
    await Promise.all(
      customers.map((name, at) => new Customer(name, this.#frontEnd).browse(at % 4 === 0)),
    );
    const requestCount = this.#frontEnd.requestCount() - before;
    const received = () => sum(this.#backEnds.map((one) => one.receivedCount));
    await until(
      'the back ends have read all',
      () => received() === requestCount * this.#routing.readersEach,
    );
    const { user, system } = process.cpuUsage(cpu);
    return {
      requestCount,
      receivedCount: received(),
      thrownAwayCount: sum(this.#backEnds.map((one) => one.thrownAwayCount)),
      readBytes: sum(this.#backEnds.map(({ readWire }) => readWire.receivedBytes)) / requestCount,
      cpuMicros: (user + system) / requestCount,
    };
  }

  /** One more back end comes, and reads what it wants of all that was asked. */
  async addRecommender(): Promise<Recommender> {
    const { topics, actions } = await this.#routing.addRecommender(this.#broker);
    const recommender = new Recommender();
    const requestCount = this.#frontEnd.requestCount(actions);
    await recommender.read(this.#broker.bootstrapServers, topics, requestCount);
    return recommender;
  }

  async close(): Promise<void> {
    await Promise.all([this.#frontEnd, ...this.#backEnds].map((one) => one.stop()));
    await this.#broker.stop();
  }
}
