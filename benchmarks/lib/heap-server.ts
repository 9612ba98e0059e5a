/**
 * A broker in a process of its own that tells how much heap it uses when it is asked: run by `fork` with
 * `--expose-gc`, with the settings as JSON.
 */
import { createBroker } from '../../src/index.ts';

const [settings = '{}'] = process.argv.slice(2);
const broker = await createBroker({ config: JSON.parse(settings) as Record<string, string> });
process.on('message', () => {
  globalThis.gc?.();
  process.send?.({ heapBytes: process.memoryUsage().heapUsed });
});
process.on('disconnect', () => void broker.stop());
process.send?.({ bootstrap: broker.bootstrapServers });
