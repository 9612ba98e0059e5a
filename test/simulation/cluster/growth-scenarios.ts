import type { Violation } from '../../history/violation.ts';
import { Scenario, topic } from './scenario.ts';

/**
 * A new leader knows less of the high watermark than the one before had told. A follower that was behind reaches
 * what the new one knows, and is cut off from it; then the new leader is killed. What the first has acknowledged
 * is on no other broker than those two.
 */
export async function growthAfterElection(seed: number): Promise<readonly Violation[]> {
  const config = { 'replica.lag.time.max.ms': 2000, 'replica.fetch.wait.max.ms': 500 };
  const scenario = await Scenario.start({ seed, config });
  const { cluster } = scenario;
  const { simulation } = cluster;
  await scenario.write(10);
  await cluster.until(() =>
    [2, 3].every((id) => cluster.partition(id, topic).highWatermark === 10),
  );
  simulation.cut('broker1', 'broker3');
  // Acknowledged as soon as broker 3 has left the in-sync set; broker 2 hears of it with its next answer.
  await scenario.write(20);
  cluster.crash(1);
  const second = cluster.partition(2, topic);
  const isAboutToGrow = (): boolean =>
    second.leaderState?.proposal?.isr.includes(3) === true || second.state.isr.includes(3);
  await cluster.until(isAboutToGrow);
  simulation.cut('broker2', 'broker3');
  await scenario.untilInSync(2, [2, 3]);
  cluster.crash(2);
  scenario.heal();
  await cluster.start(1);
  await scenario.write(5);
  return scenario.conclude();
}
