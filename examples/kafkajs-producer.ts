// kafkajs writes to a broker in this process. Run it with: node examples/kafkajs-producer.ts
import kafkajs from 'kafkajs';
import { createBroker } from '../src/index.ts'; // in your project: from 'odradek'

// `storage: 'memory'` keeps the log off the disk altogether.
await using broker = await createBroker({ storage: 'memory', topics: { orders: 3 } });

const kafka = new kafkajs.Kafka({
  brokers: [broker.bootstrapServers],
  logLevel: kafkajs.logLevel.ERROR,
});
const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
await producer.connect();
await producer.send({
  topic: 'orders',
  messages: [
    { key: 'ann', value: 'tea', headers: { trace: '1' } },
    { key: 'bob', value: 'coffee' },
    { key: 'ann', value: 'cake' },
  ],
});
await producer.disconnect();

// Records with the same key are in the same partition, in the order in which they were written.
for (const { partition, offset, key, value } of await broker.records('orders')) {
  console.log(`partition ${partition}, offset ${offset}: ${String(key)} orders ${String(value)}`);
}
