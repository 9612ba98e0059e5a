import type { PartitionName } from '../../history/history.ts';
import type { LogLine } from '../../broker/simulated-broker.ts';

/** What clients do and what is done again and again would hide the rest. */
const untold: ReadonlySet<string> = new Set([
  'closed a connection',
  'a partition cannot be followed',
  'a leader was not reached',
  'an in-sync set has grown',
  'an in-sync set has shrunk',
  'changed partitions',
]);

/** A line of a broker's log as a chronicle tells it; undefined where it says nothing of the cluster. */
export function toldOf({
  level,
  event,
  fields,
}: LogLine): { what: string; partition: PartitionName | undefined } | undefined {
  if (level === 'debug' || untold.has(event)) return undefined;
  const { topic, partition, ...rest } = fields;
  const words = Object.entries(rest).map(([name, value]) => `${name}=${String(value)}`);
  const isOfPartition = typeof topic === 'string' && typeof partition === 'number';
  return {
    what: [event, ...words].join(' '),
    partition: isOfPartition ? { topic, partition } : undefined,
  };
}
