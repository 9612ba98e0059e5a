import { errorCodes } from '../../../src/protocol/error-codes.ts';
import {
  findCoordinatorRequest,
  findCoordinatorResponse,
} from '../../../src/protocol/messages/find-coordinator.ts';
import { must } from '../../../src/util/assert.ts';
import { commit, committed } from '../../broker/group-calls.ts';
import { SimulatedCluster } from '../../broker/simulated-cluster.ts';
import { checkHistory } from '../../history/check-history.ts';
import { History } from '../../history/history.ts';
import type { Violation } from '../../history/violation.ts';

const where = { group: 'readers', topic: 'directed', partition: 0 } as const;
const { group, topic } = where;

/**
 * A group commits at a coordinator that is cut off from those who have a copy of its commits. Then the coordinator is
 * killed, and the next one is asked what is committed.
 */
export async function commitWithoutCopy(seed: number): Promise<readonly Violation[]> {
  const config = { 'offsets.topic.num.partitions': 1, 'offsets.topic.replication.factor': 3 };
  const cluster = await SimulatedCluster.start(3, { seed, config });
  await cluster.createTopic(topic, [1, 2, 3]);
  const history = new History(() => cluster.simulation.elapsedMs);
  const first = await untilCoordinator(cluster);
  const peer = await cluster.connect(first);
  for (const offset of [1, 2]) {
    if (offset === 2) for (const id of others(first)) cluster.simulation.cut(host(first), host(id));
    const errorCode = await commit(peer, group, topic, offset);
    if (errorCode === 0) history.add({ kind: 'committed', ...where, offset });
  }
  cluster.crash(first);
  const second = await untilCoordinator(cluster, first);
  const askedAt = history.now;
  const asking = await cluster.connect(second);
  let found = await committed(asking, group, topic);
  while (typeof found !== 'number') {
    await cluster.simulation.runFor(100);
    found = await committed(asking, group, topic);
  }
  history.add({ kind: 'fetchedCommit', ...where, offset: found, askedAt });
  return checkHistory(history, { settles: false });
}

function host(nodeId: number): string {
  return `broker${nodeId}`;
}

function others(nodeId: number): number[] {
  return [1, 2, 3].filter((id) => id !== nodeId);
}

/** Who coordinates the group and is not `before`, once somebody does. */
async function untilCoordinator(cluster: SimulatedCluster, before = -1): Promise<number> {
  const peer = await cluster.connect(must(others(before)[0]));
  const asked = { keyType: 0, coordinatorKeys: [group] };
  for (;;) {
    const answer = await peer.call(findCoordinatorRequest, findCoordinatorResponse, 4, asked);
    const { errorCode, nodeId } = must(answer.coordinators[0]);
    if (errorCode === errorCodes.NONE && nodeId !== before) return nodeId;
    await cluster.simulation.runFor(100);
  }
}
