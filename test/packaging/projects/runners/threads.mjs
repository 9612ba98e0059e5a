import { createRequire } from 'node:module';
import { createCluster } from 'odradek';

// What the package loads by its address, threads and the console, is there in both builds.
const required = createRequire(import.meta.url)('odradek');
for (const create of [createCluster, required.createCluster]) {
  const cluster = await create({
    brokers: 2,
    threads: true,
    storage: 'memory',
    console: { port: 0 },
  });
  for (const { consoleUrl } of cluster.brokers) {
    const { status } = await fetch(`${consoleUrl}/ready`);
    console.log(`console: ${status}`);
  }
  await cluster.stop();
}
