import type { ComponentChildren } from 'preact';
import type { BrokerFigures } from '../../../src/admin/contract/picture.ts';
import { hrefOf } from '../app/routes.ts';
import { Badge } from '../ui/badge.tsx';
import { DataTable, type Column } from '../ui/data-table.tsx';
import { bytes, bytesPerSecond, duration, exact, perSecond } from '../ui/figures.ts';
import { BrokerState } from './broker-state.tsx';

/** The brokers, each in a line. */
export function BrokerTable({
  brokers,
  controllerId,
}: {
  readonly brokers: readonly BrokerFigures[];
  /** Undefined where it is not known. */
  readonly controllerId: number | undefined;
}): ComponentChildren {
  return (
    <DataTable
      label="Brokers"
      columns={columnsWith(controllerId)}
      rows={brokers}
      keyOf={({ nodeId }) => String(nodeId)}
    />
  );
}

function columnsWith(controllerId: number | undefined): readonly Column<BrokerFigures>[] {
  return [
    {
      name: 'broker',
      title: 'Broker',
      cell: ({ nodeId }) => (
        <span class="row">
          <a href={hrefOf({ view: 'broker', broker: String(nodeId) })}>Broker {nodeId}</a>
          {nodeId === controllerId && <Badge tone="accent">controller</Badge>}
        </span>
      ),
    },
    { name: 'state', title: 'State', cell: (broker) => <BrokerState broker={broker} /> },
    { name: 'address', title: 'Address', cell: ({ host, port }) => `${host}:${port}` },
    { name: 'leaders', title: 'Leads', number: true, cell: ({ leaders }) => exact(leaders) },
    { name: 'replicas', title: 'Replicas', number: true, cell: ({ replicas }) => exact(replicas) },
    {
      name: 'behind',
      title: 'Not in sync',
      number: true,
      cell: ({ notInSync }) =>
        notInSync === 0 ? (
          <span class="faint">0</span>
        ) : (
          <Badge tone="warn">{exact(notInSync)}</Badge>
        ),
    },
    figure('in', 'In', (own) => bytesPerSecond(own.bytesInPerSecond)),
    figure('out', 'Out', (own) => bytesPerSecond(own.bytesOutPerSecond)),
    figure('requests', 'Requests', (own) => perSecond(own.requestsPerSecond)),
    figure('produce', 'Produce p99', (own) => duration(own.latency.produce?.p99Ms ?? null)),
    figure('fetch', 'Fetch p99', (own) => duration(own.latency.fetch?.p99Ms ?? null)),
    figure('disk', 'Disk', (own) =>
      bytes(own.logDirs.reduce((sum, { usedBytes }) => sum + usedBytes, 0)),
    ),
  ];
}

/** A figure that the broker says of itself; nothing where it did not answer. */
function figure(
  name: string,
  title: string,
  cell: (own: NonNullable<BrokerFigures['figures']>) => string,
): Column<BrokerFigures> {
  return {
    name,
    title,
    number: true,
    cell: ({ figures }) => (figures === null ? <span class="faint">–</span> : cell(figures)),
  };
}
