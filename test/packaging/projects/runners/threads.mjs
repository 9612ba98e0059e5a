import { createRequire } from 'node:module';
import { createCluster } from 'odradek';

// What the package loads by its address, threads, the console and its page, is there in both builds.
const required = createRequire(import.meta.url)('odradek');
for (const create of [createCluster, required.createCluster]) {
  const cluster = await create({
    brokers: 2,
    threads: true,
    storage: 'memory',
    console: { port: 0 },
  });
  for (const { consoleUrl } of cluster.brokers) {
    const page = await (await fetch(consoleUrl)).text();
    const script = /<script[^>]* src="([^"]+)"/.exec(page)?.[1] ?? 'there is no page';
    const { status } = await fetch(new URL(script, consoleUrl));
    console.log(`console: ${status}`);
  }
  await cluster.stop();
}
