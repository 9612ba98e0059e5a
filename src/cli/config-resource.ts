import type { ConfigResource } from '../client/admin-configs.ts';
import type { PositionalSpec } from './command.ts';
import { usageError } from './usage-error.ts';

/** The first two words behind `odradek config get|set|delete`. */
export const resourcePositionals: readonly PositionalSpec[] = [
  { name: 'topic|broker|group', required: true, choices: ['topic', 'broker', 'group'] },
  { name: 'name', required: true, completes: 'topic' },
];

/** How brokers are named, for help. */
export const resourceHelp =
  'A topic is named by its name, a group by its id, a broker by its node id; the broker named default stands for ' +
  'all brokers that have no value of their own.';

/** What the first two words name. Throws `INVALID_ARGUMENT`. */
export function parseResource(type: string, name: string): ConfigResource {
  if (type === 'topic' || type === 'group') return { type, name };
  if (type !== 'broker') {
    throw usageError(`${type}: expected topic, broker or group.`, type, 'topic, broker or group');
  }
  if (name === 'default') return { type, name: '' };
  if (/^\d{1,9}$/.test(name)) return { type, name };
  throw usageError(`broker ${name}: expected a node id or default.`, name, 'a node id or default');
}
