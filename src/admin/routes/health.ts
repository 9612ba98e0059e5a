import type { RunningBroker } from '../../broker/broker.ts';
import { topicsWithLogs } from '../../metadata/filtered-topics.ts';
import { json } from '../http/answer.ts';
import type { Route } from '../http/route.ts';

/** For whoever looks after processes: `/health` and `/ready`, without signing in. */
export const healthRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/health',
    access: 'open',
    handle: () => json({ status: 'alive' }),
  },
  {
    method: 'GET',
    path: '/ready',
    access: 'open',
    handle: (_, { broker, signIn }) => {
      const reasons = unreadiness(broker, signIn.isNeeded);
      return json({ ready: reasons.length === 0, reasons }, reasons.length === 0 ? 200 : 503);
    },
  },
];

const partitionsNamedMax = 10;

/** Why clients are better served by other brokers just now, a sentence each. */
function unreadiness(broker: RunningBroker, hidesNames: boolean): readonly string[] {
  const { nodeId } = broker.config;
  if (broker.isStopping) return ['It stops.'];
  const registration = broker.metadata.image.brokers.get(nodeId);
  if (registration === undefined) return ['It is not registered in the cluster.'];
  const reasons: string[] = [];
  if (registration.stopping) reasons.push('It hands over what it leads, in order to stop.');
  if (registration.fenced) reasons.push('The controller has not let it in.');
  if (!broker.mayLead) reasons.push('It does not hold the lease of its registration.');
  const missing = notLed(broker);
  if (missing.length > 0) {
    const what = hidesNames
      ? `${missing.length} partition${missing.length === 1 ? '' : 's'}`
      : namesOf(missing);
    reasons.push(`It does not lead yet what it is to: ${what}.`);
  }
  return reasons;
}

/** For those who may know them: where one has to sign in, the names of topics are nothing for others. */
function namesOf(partitions: readonly string[]): string {
  const others = partitions.length - partitionsNamedMax;
  const named = partitions.slice(0, partitionsNamedMax).join(', ');
  return `${named}${others > 0 ? ` and ${others} more` : ''}`;
}

function notLed({ config, metadata, partitions }: RunningBroker): readonly string[] {
  const missing: string[] = [];
  for (const { name, partitions: all } of topicsWithLogs(metadata.image)) {
    for (const { index, leader } of all) {
      if (leader !== config.nodeId) continue;
      if (partitions.get(name, index)?.isLeader !== true) missing.push(`${name}-${index}`);
    }
  }
  return missing;
}
