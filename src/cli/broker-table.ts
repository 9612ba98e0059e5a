import type { BrokerState } from './cluster-state.ts';
import { formatTable } from './table.ts';

/** Brokers for people, a line each. */
export function brokerTable(brokers: readonly BrokerState[]): string {
  return formatTable(
    [
      { title: 'BROKER', align: 'right' },
      { title: 'ADDRESS' },
      { title: 'RACK' },
      { title: 'STATE' },
      { title: 'LEADS', align: 'right' },
      { title: 'REPLICAS', align: 'right' },
      { title: 'IN SYNC', align: 'right' },
    ],
    brokers.map((broker) => [
      String(broker.nodeId),
      addressOf(broker),
      broker.rack ?? '-',
      broker.isController ? `${broker.state}, controller` : broker.state,
      String(broker.leads),
      String(broker.replicas),
      String(broker.inSync),
    ]),
  );
}

function addressOf({ host, port }: BrokerState): string {
  if (host === undefined) return '-';
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
