import type { Violation } from '../../history/violation.ts';
import { Scenario, topic } from './scenario.ts';

/**
 * A leader has a batch that nobody copies, loses the leadership, cuts the batch off and leads again. The producer,
 * which could not reach who led in between, sends the batch again: it is no duplicate.
 */
export async function resentAfterTruncation(seed: number): Promise<readonly Violation[]> {
  const scenario = await Scenario.start({ seed });
  const { cluster } = scenario;
  const { simulation } = cluster;
  await scenario.write(5);
  for (const other of ['broker2', 'broker3']) simulation.cut('broker1', other);
  const written = scenario.writing('waiting', 3);
  const first = cluster.partition(1, topic);
  await cluster.until(() => first.log.logEndOffset === 8);
  for (const other of ['broker2', 'broker3']) simulation.cut('waiting', other);
  await cluster.change(topic, 0, { leader: 2 });
  await cluster.until(() => first.leaderId === 2);
  scenario.heal();
  await cluster.until(() => first.log.logEndOffset === 5);
  await cluster.change(topic, 0, { leader: 1 });
  await cluster.until(() => first.isLeader);
  await scenario.write(5);
  await cluster.complete(written);
  return scenario.conclude();
}
