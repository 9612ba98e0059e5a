/**
 * `npm run dev --workspace console -- [small|large|empty|troubled|read-only|password] [--port 8091]`: builds the page
 * again as its sources change, and serves it with a made-up cluster.
 */
import { build } from 'vite';
import { startFakeAdmin } from './fake-admin.ts';

const scenarios = {
  small: { brokers: 3, topics: 3, groups: 3, troubled: false },
  large: { brokers: 6, topics: 10_000, groups: 3000, troubled: false },
  empty: { brokers: 1, topics: 0, groups: 0, troubled: false },
  troubled: { brokers: 3, topics: 4, groups: 3, troubled: true },
  'read-only': { brokers: 3, topics: 8, groups: 6, troubled: false, readOnly: true },
  password: { brokers: 3, topics: 3, groups: 3, troubled: false, password: 'secret' },
};

const words = process.argv.slice(2);
const name = words.find((word): word is keyof typeof scenarios => word in scenarios) ?? 'small';
const portAt = words.indexOf('--port');
const port = portAt === -1 ? 8091 : Number(words[portAt + 1]);
const root = new URL('..', import.meta.url).pathname;

if (!words.includes('--no-build')) {
  await build({ root, logLevel: 'warn', build: { watch: {} } });
}
const { url } = await startFakeAdmin({ ...scenarios[name], port });
console.log(`${name}: ${url}`);
