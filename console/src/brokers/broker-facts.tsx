import type { ComponentChildren } from 'preact';
import type { Latency } from '../../../src/admin/contract/picture.ts';
import type { BrokerDetail } from '../../../src/admin/contract/topics.ts';
import { bytes, bytesPerSecond, duration, exact, perSecond } from '../ui/figures.ts';
import { Time } from '../ui/time.tsx';

const stateNames = { up: 'Up', stopping: 'Stopping', fenced: 'Fenced', down: 'Down' } as const;

/** What a broker says of itself, and what the cluster says of it. */
export function BrokerFacts({ broker }: { readonly broker: BrokerDetail }): ComponentChildren {
  const { figures } = broker;
  return (
    <div class="card facts-card">
      <dl class="facts">
        {broker.listeners.map(({ name, host, port }) => (
          <Fact key={name} name={`Listener ${name}`} value={`${host}:${port}`} />
        ))}
        <Fact name="Rack" value={broker.rack ?? '–'} />
        <Fact
          name="Leads"
          value={`${exact(broker.leaders)} of ${exact(broker.replicas)} replicas`}
        />
        <Fact name="Not in sync" value={exact(broker.notInSync)} />
        <Fact name="Broker epoch" value={exact(broker.epoch)} />
        {broker.stateSinceMs !== null && (
          <Fact
            name={`${stateNames[broker.state]} since`}
            value={<Time ms={broker.stateSinceMs} short />}
          />
        )}
      </dl>
      {figures === null ? (
        <p class="muted">It does not answer, so that its own figures are not known.</p>
      ) : (
        <dl class="facts">
          <Fact name="Version" value={figures.version} />
          <Fact name="Started" value={<Time ms={figures.startedMs} short />} />
          <Fact name="Messages in" value={perSecond(figures.messagesInPerSecond)} />
          <Fact name="In" value={bytesPerSecond(figures.bytesInPerSecond)} />
          <Fact name="Out" value={bytesPerSecond(figures.bytesOutPerSecond)} />
          <Fact name="Requests" value={perSecond(figures.requestsPerSecond)} />
          <Fact name="Produce p50 / p99" value={latencyText(figures.latency.produce)} />
          <Fact name="Fetch p50 / p99" value={latencyText(figures.latency.fetch)} />
          <Fact name="Connections" value={exact(figures.connections)} />
          <Fact
            name="Memory (heap)"
            value={`${bytes(figures.rssBytes)} (${bytes(figures.heapUsedBytes)})`}
          />
        </dl>
      )}
    </div>
  );
}

function latencyText(latency: Latency | null): string {
  if (latency === null) return '–';
  return `${duration(latency.p50Ms)} / ${duration(latency.p99Ms)}`;
}

function Fact({
  name,
  value,
}: {
  readonly name: string;
  readonly value: ComponentChildren;
}): ComponentChildren {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
