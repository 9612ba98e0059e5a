import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that systems give to those who connect, which could take one while its server is away. */
const lowest = 15_000;
const highest = 32_000;

/** Ports of loopback on which nobody listens, for servers that come back on them. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(lowest, highest);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
