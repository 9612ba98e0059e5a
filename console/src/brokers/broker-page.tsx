import type { ComponentChildren } from 'preact';
import type { BrokerDetail } from '../../../src/admin/contract/topics.ts';
import { Page } from '../app/page.tsx';
import { hrefOf } from '../app/routes.ts';
import { commandLine } from '../data/command-line.ts';
import { useLive } from '../data/live.ts';
import { session } from '../data/session.ts';
import { useResource } from '../data/use-resource.ts';
import { useStore } from '../data/use-store.ts';
import { HistoryPlots } from '../plots/history-plots.tsx';
import { Badge } from '../ui/badge.tsx';
import { ErrorNotice, Loading } from '../ui/empty.tsx';
import { WhyList } from '../why/why-list.tsx';
import { BrokerFacts } from './broker-facts.tsx';
import { BrokerState } from './broker-state.tsx';
import { LogDirs } from './log-dirs.tsx';

/** A broker: how it is, what goes through it, its disks. */
export function BrokerPage({ broker: id }: { readonly broker: string }): ComponentChildren {
  const { data, error } = useResource<BrokerDetail>(`api/brokers/${encodeURIComponent(id)}`, {
    refreshMs: 2000,
  });
  const whys = useLive()?.whys.filter(
    ({ subject }) => subject.kind === 'broker' && subject.name === id,
  );
  const bootstrap = useStore(session)?.bootstrapServers ?? '';
  return (
    <Page
      title={`Broker ${id}`}
      crumbs={[{ text: 'Brokers', href: hrefOf({ view: 'brokers' }) }]}
      beside={
        data !== undefined && (
          <>
            <BrokerState broker={data} />
            {data.isController && <Badge tone="accent">controller</Badge>}
          </>
        )
      }
      actions={
        <a class="button" href={hrefOf({ view: 'settings' }, { broker: id })}>
          Settings
        </a>
      }
      command={commandLine(bootstrap, { command: 'broker list' })}
    >
      {error !== undefined && <ErrorNotice error={error} />}
      {data === undefined && error === undefined && <Loading />}
      {whys !== undefined && whys.length > 0 && <WhyList whys={whys} />}
      {data !== undefined && (
        <>
          <BrokerFacts broker={data} />
          {data.figures !== null && <LogDirs logDirs={data.figures.logDirs} />}
          <HistoryPlots of={`broker:${id}`} />
        </>
      )}
    </Page>
  );
}
