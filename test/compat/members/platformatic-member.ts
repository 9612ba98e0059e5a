import {
  Consumer,
  MessagesStreamFallbackModes,
  MessagesStreamModes,
  cooperativeStickyAssigner,
  type ConsumerOptions,
  type MessagesStream,
} from '@platformatic/kafka';
import { isHeld, type Member, type MemberOptions } from './member.ts';

type Bytes = ConsumerOptions<Buffer, Buffer, Buffer, Buffer>;

/** A member by @platformatic/kafka, of either protocol. */
export class PlatformaticMember implements Member {
  readonly #consumer: Consumer;
  #assignmentCount = 0;
  readonly values: string[] = [];
  #reading: Promise<void> = Promise.resolve();
  #leaving: Promise<void> | undefined;

  private constructor(options: MemberOptions) {
    this.#consumer = new Consumer(consumerOptions(options));
    this.#consumer.on('consumer:group:join', () => this.#assignmentCount++);
  }

  static async start(options: MemberOptions): Promise<Member> {
    const member = new PlatformaticMember(options);
    const stream = await member.#consumer.consume({
      topics: [...options.topics],
      mode: MessagesStreamModes.COMMITTED,
      fallbackMode: MessagesStreamFallbackModes.EARLIEST,
      autocommit: false,
      maxWaitTime: 50,
    });
    member.#reading = member.#read(stream);
    return member;
  }

  async #read(stream: MessagesStream<Buffer, Buffer, Buffer, Buffer>): Promise<void> {
    for await (const message of stream) {
      const value = message.value.toString();
      if (!isHeld(value)) await message.commit();
      this.values.push(value);
    }
  }

  get partitions(): readonly string[] {
    return (this.#consumer.assignments ?? [])
      .flatMap(({ topic, partitions }) => partitions.map((partition) => `${topic}:${partition}`))
      .toSorted();
  }

  get assignmentCount(): number {
    return this.#assignmentCount;
  }

  leave(): Promise<void> {
    this.#leaving ??= this.#consumer.close(true).then(() => this.#reading);
    return this.#leaving;
  }
}

function consumerOptions(options: MemberOptions): Bytes {
  const { bootstrapServers, groupId, protocol, assignor, instanceId } = options;
  const sessionTimeout = options.sessionTimeoutMs ?? 30_000;
  const common = {
    clientId: 'platformatic',
    bootstrapBrokers: [bootstrapServers],
    groupId,
    retries: 60,
    retryDelay: 100,
    ...(instanceId !== undefined && { groupInstanceId: instanceId }),
  };
  if (protocol === 'consumer') {
    return {
      ...common,
      groupProtocol: 'consumer',
      ...(assignor !== undefined && { groupRemoteAssignor: assignor }),
    };
  }
  return {
    ...common,
    sessionTimeout,
    rebalanceTimeout: 60_000,
    heartbeatInterval: 50,
    ...(assignor === 'cooperative-sticky' && {
      protocols: [{ name: 'cooperative-sticky', version: 1 }],
      partitionAssigner: cooperativeStickyAssigner,
    }),
  };
}
