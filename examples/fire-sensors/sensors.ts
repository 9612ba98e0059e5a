import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Producer } from 'kafkajs';
import { clientOf, startProducer } from '../common/client.ts';
import { Wire } from '../common/wire.ts';
import { readingOf, type Sensor, topicOf } from './building.ts';

/** How a sensor is heard of. */
export interface Voice {
  readonly sensor: Sensor;
  readonly wire: Wire;
  say(round: number): Promise<void>;
  stop(): Promise<void>;
}

/** A sensor with a Kafka client of its own. */
export class WiredSensor implements Voice {
  readonly sensor: Sensor;
  readonly wire: Wire;
  readonly #producer: Producer;

  private constructor(sensor: Sensor, wire: Wire, producer: Producer) {
    this.sensor = sensor;
    this.wire = wire;
    this.#producer = producer;
  }

  static async start(bootstrapServers: string, sensor: Sensor): Promise<WiredSensor> {
    const wire = new Wire();
    const kafka = clientOf(bootstrapServers, `sensor-${sensor.name}`, wire);
    return new WiredSensor(sensor, wire, await startProducer(kafka));
  }

  async say(round: number): Promise<void> {
    const value = JSON.stringify(readingOf(this.sensor, round));
    await this.#producer.send({
      topic: topicOf(this.sensor),
      messages: [{ key: this.sensor.name, value }],
    });
  }

  stop(): Promise<void> {
    return this.#producer.disconnect();
  }
}

/** A sensor that is too small for a Kafka client: a POST for each reading, over a connection that stays. */
export class TinySensor implements Voice {
  readonly sensor: Sensor;
  readonly wire = new Wire();
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(httpUrl: string, sensor: Sensor) {
    this.sensor = sensor;
    this.#url = new URL(`/topics/${topicOf(sensor)}`, httpUrl);
  }

  async say(round: number): Promise<void> {
    const record = { key: this.sensor.name, value: readingOf(this.sensor, round) };
    const headers = { 'content-type': 'application/json' };
    const post = request(this.#url, { method: 'POST', agent: this.#agent, headers });
    post.on('socket', (socket) => this.wire.watch(socket));
    post.end(JSON.stringify(record));
    const [answer] = (await once(post, 'response')) as [IncomingMessage];
    const said = await text(answer);
    if (answer.statusCode !== 200) throw new Error(`${this.#url.href} answered: ${said}`);
  }

  stop(): Promise<void> {
    this.#agent.destroy();
    return Promise.resolve();
  }
}
