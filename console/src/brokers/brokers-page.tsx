import type { ComponentChildren } from 'preact';
import { Page } from '../app/page.tsx';
import { commandLine } from '../data/command-line.ts';
import { useLive } from '../data/live.ts';
import { session } from '../data/session.ts';
import { useStore } from '../data/use-store.ts';
import { HistoryPlots } from '../plots/history-plots.tsx';
import { Loading } from '../ui/empty.tsx';
import { WhyList } from '../why/why-list.tsx';
import { BrokerTable } from './broker-table.tsx';

/** The brokers of the cluster, and the cluster over time. */
export function BrokersPage(): ComponentChildren {
  const picture = useLive();
  const bootstrap = useStore(session)?.bootstrapServers ?? '';
  const whys = picture?.whys.filter(
    ({ subject }) => subject.kind === 'broker' || subject.kind === 'cluster',
  );
  return (
    <Page
      title="Brokers"
      note={picture !== null && <span class="faint">Cluster {picture.clusterId}</span>}
      command={commandLine(bootstrap, { command: 'broker list' })}
    >
      {picture === null ? (
        <Loading />
      ) : (
        <BrokerTable brokers={picture.brokers} controllerId={picture.controllerId} />
      )}
      {whys !== undefined && whys.length > 0 && <WhyList whys={whys} />}
      <HistoryPlots of="cluster" />
    </Page>
  );
}
