import kafkajs, { type Consumer } from 'kafkajs';
import { isHeld, type Member, type MemberOptions } from './member.ts';

/** A member by kafkajs, which has the classic protocol and no static members. */
export class KafkajsMember implements Member {
  readonly #consumer: Consumer;
  #partitions: readonly string[] = [];
  #assignmentCount = 0;
  readonly values: string[] = [];
  #leaving: Promise<void> | undefined;

  private constructor({ bootstrapServers, groupId, sessionTimeoutMs = 30_000 }: MemberOptions) {
    const kafka = new kafkajs.Kafka({
      brokers: [bootstrapServers],
      logLevel: kafkajs.logLevel.NOTHING,
      retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 30 },
    });
    this.#consumer = kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: 50,
      maxWaitTimeInMs: 50,
    });
  }

  static async start(options: MemberOptions): Promise<Member> {
    const member = new KafkajsMember(options);
    await member.#run(options.topics);
    return member;
  }

  async #run(topics: readonly string[]): Promise<void> {
    const consumer = this.#consumer;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      this.#assignmentCount++;
      this.#partitions = Object.entries(payload.memberAssignment)
        .flatMap(([topic, partitions]) => partitions.map((partition) => `${topic}:${partition}`))
        .toSorted();
    });
    await consumer.connect();
    const patterns = topics.map((topic) => (topic.startsWith('^') ? new RegExp(topic) : topic));
    await consumer.subscribe({ topics: patterns, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: 4,
      eachMessage: async ({ topic, partition, message }) => {
        const value = String(message.value);
        const offset = String(Number(message.offset) + 1);
        if (!isHeld(value)) await consumer.commitOffsets([{ topic, partition, offset }]);
        this.values.push(value);
      },
    });
  }

  get partitions(): readonly string[] {
    return this.#partitions;
  }

  get assignmentCount(): number {
    return this.#assignmentCount;
  }

  leave(): Promise<void> {
    this.#leaving ??= this.#consumer.disconnect();
    return this.#leaving;
  }
}
