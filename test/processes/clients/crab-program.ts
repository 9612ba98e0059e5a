/**
 * A process with clients of kafka-crab-js (librdkafka), whose threads outlive them: those of the first argument, in
 * JSON. It sends what they see, event by event, writes no more when it is told so, and ends with the channel.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaClient, type Message } from 'kafka-crab-js';
import type { HistoryEvent } from '../../history/history.ts';
import {
  type ClientOptions,
  NumberedRecords,
  producerPauseMs,
  type Tell,
  ToldReads,
} from './client.ts';
import type { CrabOrder, CrabReport, CrabRole } from './crab-process.ts';

/** Records of a send, of which several requests are made that are under way at once. */
const sendRecords = 5;
/** More than there are partitions, so that each gets some. */
const keyCount = 12;
const noResult = { partition: -1, offset: -1 };

const consuming = {
  'auto.offset.reset': 'earliest',
  'enable.auto.commit': 'false',
  'fetch.wait.max.ms': '200',
  'reconnect.backoff.ms': '50',
  'reconnect.backoff.max.ms': '200',
  'socket.timeout.ms': '3000',
  'socket.connection.setup.timeout.ms': '1000',
} as const;

const { options, roles } = JSON.parse(process.argv[2] ?? '') as CrabOrder;
const tell: Tell = (event: HistoryEvent) => report({ event });
const client = new KafkaClient({
  brokers: options.bootstrapServers,
  clientId: 'crab',
  logLevel: 'off',
  brokerAddressFamily: 'v4',
});
let isOver = false;

process.on('message', () => {
  isOver = true;
});
process.on('disconnect', () => {
  // librdkafka would take seconds to put its threads away.
  process.kill(process.pid, 'SIGKILL');
});
const writers = roles.map((role) => run(role, options));
await Promise.all(writers);
report({ hasWritten: true });

function report(message: CrabReport): void {
  process.send?.(message, () => {});
}

/** Settles when it writes no more; one that reads writes nothing. */
async function run(role: CrabRole, { topic, partitionCount }: ClientOptions): Promise<void> {
  switch (role.kind) {
    case 'producer':
      await produce(role.name, topic);
      return;
    case 'reader':
      void read(role.name, topic, partitionCount);
      return;
    case 'member':
      void readByGroup(role, topic);
  }
}

/** One send under way, for those that are begun at once are not sure to be queued in that order. */
async function produce(name: string, topic: string): Promise<void> {
  const records = new NumberedRecords(name, topic);
  const producer = client.createProducer({
    // For as long as it takes: a flush that is given up has no results.
    queueTimeout: 3_600_000,
    configuration: {
      acks: 'all',
      'enable.idempotence': 'true',
      'linger.ms': '0',
      'batch.num.messages': '2',
      'message.timeout.ms': '0',
      'retry.backoff.ms': '50',
      'retry.backoff.max.ms': '200',
      'reconnect.backoff.ms': '50',
      'reconnect.backoff.max.ms': '200',
      'request.timeout.ms': '3000',
      'socket.timeout.ms': '3000',
      'socket.connection.setup.timeout.ms': '1000',
    },
  });
  for (let round = 0; !isOver; round++) {
    const ids = Array.from({ length: sendRecords }, () => records.next(-1, tell));
    // It has no say in the partition but by the key.
    const key = Buffer.from(`key ${round % keyCount}`);
    const messages = ids.map((id) => ({ key, payload: Buffer.from(id) }));
    const results = await producer.send({ topic, messages });
    // They come as they are delivered, and say which record is meant by their order alone.
    const sorted = results.toSorted((a, b) => a.offset - b.offset);
    const failed = results.find(({ error }) => error !== undefined);
    for (const [i, id] of ids.entries()) {
      const { partition, offset } = sorted[i] ?? noResult;
      const error = failed?.error?.message ?? (offset < 0 ? 'there is no result' : undefined);
      if (error === undefined) tell({ kind: 'acknowledged', topic, partition, id, offset });
      else tell({ kind: 'unknown', id, error });
    }
    await sleep(producerPauseMs);
  }
}

async function read(name: string, topic: string, partitionCount: number): Promise<void> {
  const reads = new ToldReads({ reader: name, topic }, tell);
  const consumer = client.createConsumer({ groupId: `${name}-alone`, configuration: consuming });
  const partitionOffset = Array.from({ length: partitionCount }, (_, partition) => ({
    partition,
    offset: { position: 'Beginning' as const },
  }));
  await consumer.subscribe([{ topic, partitionOffset }]);
  for (;;) {
    for (const { partition, offset, payload } of await receive(consumer)) {
      reads.read(partition, offset, payload.toString());
    }
  }
}

async function readByGroup(
  { name, group, protocol }: Extract<CrabRole, { kind: 'member' }>,
  topic: string,
): Promise<void> {
  const reads = new ToldReads({ reader: name, topic, group }, tell);
  const classic = { 'session.timeout.ms': '10000', 'heartbeat.interval.ms': '500' };
  const consumer = client.createConsumer({
    groupId: group,
    configuration: {
      ...consuming,
      'group.protocol': protocol,
      ...(protocol === 'classic' && classic),
    },
  });
  await consumer.subscribe([{ topic }]);
  for (;;) {
    const next = new Map<number, number>();
    for (const { partition, offset, payload } of await receive(consumer)) {
      reads.read(partition, offset, payload.toString());
      next.set(partition, offset + 1);
    }
    for (const [partition, offset] of next) {
      try {
        await consumer.commit(topic, partition, offset, 'Sync');
        tell({ kind: 'committed', group, topic, partition, offset });
      } catch (error) {
        report({ complaint: `${name} could not commit: ${String(error)}` });
      }
    }
  }
}

/** What librdkafka complains of while it reads, a broker that is away for example, it gets over by itself. */
async function receive(consumer: {
  recvBatch(size: number, timeoutMs: number): Promise<Message[]>;
}): Promise<Message[]> {
  try {
    return await consumer.recvBatch(100, 50);
  } catch (error) {
    report({ complaint: String(error) });
    return [];
  }
}
