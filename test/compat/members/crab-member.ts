import { randomUUID } from 'node:crypto';
import { KafkaClient, type KafkaConsumer, type Message } from 'kafka-crab-js';
import { isInGroup } from './is-in-group.ts';
import { isHeld, type Member, type MemberOptions, until } from './member.ts';

/**
 * A member by kafka-crab-js (librdkafka), of either protocol. For a process of its own (`member-program.ts`):
 * its threads outlive it.
 */
export class CrabMember implements Member {
  readonly #consumer: KafkaConsumer;
  readonly #options: MemberOptions;
  readonly #clientId = `crab-${randomUUID()}`;
  #assignmentCount = 0;
  readonly values: string[] = [];
  #reading: Promise<void> = Promise.resolve();
  #isLeaving = false;
  #leaving: Promise<void> | undefined;

  private constructor(options: MemberOptions) {
    this.#options = options;
    const client = new KafkaClient({
      brokers: options.bootstrapServers,
      clientId: this.#clientId,
      logLevel: 'off',
      brokerAddressFamily: 'v4',
    });
    const consumer = client.createConsumer({
      groupId: options.groupId,
      configuration: configuration(options),
    });
    consumer.onEvents((_error, { name, payload }) => {
      if (name === 'PostRebalance' && payload.action === 'assign') this.#assignmentCount++;
    });
    this.#consumer = consumer;
  }

  static async start(options: MemberOptions): Promise<Member> {
    const member = new CrabMember(options);
    await member.#consumer.subscribe(options.topics.map((topic) => ({ topic })));
    member.#reading = member.#read();
    return member;
  }

  async #read(): Promise<void> {
    while (!this.#isLeaving) {
      const messages = await this.#receive();
      for (const { topic, partition, offset } of lastOfEach(messages)) {
        await this.#consumer.commit(topic, partition, offset + 1, 'Sync');
      }
      for (const { payload } of messages) this.values.push(payload.toString());
    }
  }

  /** What librdkafka complains of while it reads, a broker that is away for example, it gets over by itself. */
  async #receive(): Promise<Message[]> {
    try {
      return await this.#consumer.recvBatch(100, 50);
    } catch (error) {
      if (!String(error).includes('Message consumption error')) throw error;
      return [];
    }
  }

  get partitions(): readonly string[] {
    return this.#consumer
      .assignment()
      .flatMap(({ topic, partitionOffset }) =>
        partitionOffset.map(({ partition }) => `${topic}:${partition}`),
      )
      .toSorted();
  }

  get assignmentCount(): number {
    return this.#assignmentCount;
  }

  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #leave(): Promise<void> {
    // `disconnect` alone says nothing to the group, whose coordinator would wait for the session timeout;
    // which is right for a static member, who takes its leave when it unsubscribes. What librdkafka sends then is
    // on its way for a while.
    const { instanceId, protocol } = this.#options;
    if (instanceId === undefined || protocol === 'consumer') {
      this.#consumer.unsubscribe();
      await until(async () => !(await isInGroup(this.#options, this.#clientId)));
    }
    this.#isLeaving = true;
    await this.#reading;
    await this.#consumer.disconnect();
  }
}

function configuration(options: MemberOptions): Record<string, string> {
  const { protocol, assignor, instanceId, sessionTimeoutMs = 30_000 } = options;
  return {
    'auto.offset.reset': 'earliest',
    'enable.auto.commit': 'false',
    'fetch.wait.max.ms': '50',
    'topic.metadata.refresh.interval.ms': '200',
    'reconnect.backoff.ms': '50',
    'reconnect.backoff.max.ms': '200',
    'group.protocol': protocol,
    ...(protocol === 'classic'
      ? {
          'session.timeout.ms': String(sessionTimeoutMs),
          'heartbeat.interval.ms': '50',
          'partition.assignment.strategy': assignor ?? 'range',
        }
      : assignor !== undefined && { 'group.remote.assignor': assignor }),
    ...(instanceId !== undefined && { 'group.instance.id': instanceId }),
  };
}

/** Of each partition the last message that is to be committed. */
function lastOfEach(messages: readonly Message[]): Iterable<Message> {
  const last = new Map<string, Message>();
  for (const message of messages) {
    if (!isHeld(message.payload.toString())) {
      last.set(`${message.topic}:${message.partition}`, message);
    }
  }
  return last.values();
}
