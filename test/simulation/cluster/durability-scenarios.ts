import type { Violation } from '../../history/violation.ts';
import { Scenario, nodeIds } from './scenario.ts';

/**
 * With `flush.messages=1`, on slow disks, all machines lose power in the moment in which a producer is told that its
 * records are there.
 */
export async function powerLostByAll(seed: number): Promise<readonly Violation[]> {
  const scenario = await Scenario.start({ seed, config: { 'log.flush.interval.messages': 1 } });
  const { cluster } = scenario;
  await scenario.write(5);
  for (const id of nodeIds) cluster.simulation.disk(`broker${id}`).setSlowness(100);
  await scenario.write(5);
  for (const id of nodeIds) cluster.powerLoss(id);
  return scenario.conclude();
}
