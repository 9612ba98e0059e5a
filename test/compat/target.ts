import { randomBytes } from 'node:crypto';
import type { Broker, BrokerOptions } from '../../src/index.ts';

/** `host:port` of a broker that runs already, to be tested in place of ours. */
const given = process.env['ODRADEK_TEST_BOOTSTRAP'];

/**
 * The broker that a test of real clients talks to. It is one of ours, in this process, unless
 * `ODRADEK_TEST_BOOTSTRAP` names another: the same tests say what clients see of Apache Kafka.
 */
export interface Target {
  readonly bootstrapServers: string;
  readonly host: string;
  readonly port: number;
  /** Ours; undefined with `ODRADEK_TEST_BOOTSTRAP`. */
  readonly broker: Broker | undefined;
  /** A topic's name that nobody has used before, in this run or another. */
  topicName(word: string): string;
  stop(): Promise<void>;
}

/** `options` are for ours alone: a test must hold without them, or skip itself where `broker` is undefined. */
export async function startTarget(options: BrokerOptions = {}): Promise<Target> {
  const broker = given === undefined ? await startOurs(options) : undefined;
  const bootstrapServers = broker?.bootstrapServers ?? given ?? '';
  const colon = bootstrapServers.lastIndexOf(':');
  return {
    bootstrapServers,
    host: bootstrapServers.slice(0, colon),
    port: Number(bootstrapServers.slice(colon + 1)),
    broker,
    topicName: (word) => `${word}.${randomBytes(6).toString('hex')}`,
    stop: async () => broker?.stop(),
  };
}

/** Loaded when it is wanted, so that Apache Kafka can be tested where ours cannot run. */
async function startOurs(options: BrokerOptions): Promise<Broker> {
  const { createBroker } = await import('../../src/index.ts');
  return createBroker(options);
}
