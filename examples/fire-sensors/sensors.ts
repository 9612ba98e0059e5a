import type { Producer } from 'kafkajs';
import { clientOf, startProducer } from '../common/client.ts';
import { readingOf, type Sensor, topicOf } from './building.ts';

/** How a sensor is heard of. */
export interface Voice {
  say(round: number): Promise<void>;
  stop(): Promise<void>;
}

/** A sensor with a Kafka client of its own. */
export class WiredSensor implements Voice {
  readonly #sensor: Sensor;
  readonly #producer: Producer;

  private constructor(sensor: Sensor, producer: Producer) {
    this.#sensor = sensor;
    this.#producer = producer;
  }

  static async start(bootstrapServers: string, sensor: Sensor): Promise<WiredSensor> {
    const kafka = clientOf(bootstrapServers, `sensor-${sensor.name}`);
    return new WiredSensor(sensor, await startProducer(kafka));
  }

  async say(round: number): Promise<void> {
    const value = JSON.stringify(readingOf(this.#sensor, round));
    await this.#producer.send({
      topic: topicOf(this.#sensor),
      messages: [{ key: this.#sensor.name, value }],
    });
  }

  stop(): Promise<void> {
    return this.#producer.disconnect();
  }
}

/** A sensor that is too small for a Kafka client: a POST for each reading. */
export class TinySensor implements Voice {
  readonly #sensor: Sensor;
  readonly #url: URL;

  constructor(httpUrl: string, sensor: Sensor) {
    this.#sensor = sensor;
    this.#url = new URL(`/topics/${topicOf(sensor)}`, httpUrl);
  }

  async say(round: number): Promise<void> {
    const record = { key: this.#sensor.name, value: readingOf(this.#sensor, round) };
    const response = await fetch(this.#url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(record),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`${this.#url.href} answered ${response.status}: ${answer}`);
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}
