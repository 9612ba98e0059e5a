import { Admin } from './admin.ts';
import type { ClientOptions } from './client-options.ts';
import type { ClientRuntime } from './client-runtime.ts';
import { Cluster } from './cluster.ts';
import { type Consumer, type ConsumerOptions, openConsumer } from './consumer.ts';
import { GroupConsumer } from './group/group-consumer.ts';
import type { GroupConsumerOptions } from './group/group-consumer-options.ts';
import { GroupCoordinators } from './group/group-coordinators.ts';
import { Producer, type ProducerOptions } from './producer.ts';

/** A client of one cluster. What it makes shares its connections and what it knows of the cluster. */
export interface Client {
  readonly cluster: Cluster;
  readonly admin: Admin;
  /** Throws `INVALID_ARGUMENT` as `Producer` does. */
  producer(options?: ProducerOptions): Producer;
  /** Fails as `openConsumer` does. */
  consumer(options: ConsumerOptions): Promise<Consumer>;
  /** A member of a group, which it joins when its records are asked for. Throws as `GroupConsumer` does. */
  groupConsumer(options: GroupConsumerOptions): GroupConsumer;
  /** Closes all connections at once; producers are flushed by their own `close` before. */
  close(): void;
}

/**
 * A client over the network of `runtime`. Connects when it is first used. Throws `INVALID_ARGUMENT` for an
 * address that is none.
 */
export function createClient(options: ClientOptions, runtime: ClientRuntime): Client {
  const cluster = new Cluster(options, runtime);
  const coordinators = new GroupCoordinators({ cluster });
  return {
    cluster,
    admin: new Admin({ cluster, coordinators }),
    producer: (producerOptions = {}) => new Producer(producerOptions, { cluster }),
    consumer: (consumerOptions) => openConsumer(consumerOptions, { cluster }),
    groupConsumer: (groupOptions) => new GroupConsumer(groupOptions, { cluster, coordinators }),
    close: () => cluster.close(),
  };
}
