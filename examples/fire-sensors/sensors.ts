import type { Producer } from 'kafkajs';
import { clientOf, startProducer } from '../common/client.ts';
import { readingOf, type Sensor, topicOf } from './building.ts';

/** A sensor with a Kafka client of its own. */
export class WiredSensor {
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
