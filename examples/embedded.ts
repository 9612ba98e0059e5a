// A broker inside this process, for as long as it is needed. Run it with: node examples/embedded.ts
import { createBroker } from '../src/index.ts'; // in your project: from 'odradek'

// A free port, a temporary folder, nothing to clean up: all of it goes with the broker.
await using broker = await createBroker({ topics: { orders: 3 } });

console.log(`any Kafka client can use ${broker.bootstrapServers} now`);
console.log(`the topic orders holds ${(await broker.records('orders')).length} records`);
