import type { ComponentChildren } from 'preact';
import { Page } from '../app/page.tsx';
import { useLive } from '../data/live.ts';
import { session } from '../data/session.ts';
import { useStore } from '../data/use-store.ts';
import { Empty, Loading } from '../ui/empty.tsx';
import { whyCommand } from './why-commands.ts';
import { WhyList } from './why-list.tsx';

/** What stands still in the whole cluster, the worst first. */
export function WhyPage(): ComponentChildren {
  const picture = useLive();
  const bootstrap = useStore(session)?.bootstrapServers ?? '';
  return (
    <Page
      title="Why?"
      note="What stands still, lags or is at risk, with what it was seen by and what can be done."
      command={whyCommand(bootstrap, picture?.whys ?? [])}
    >
      {picture === null && <Loading />}
      {picture !== null &&
        (picture.whys.length === 0 ? (
          <Empty title="Nothing stands still">
            <p>Every partition has a leader and its replicas in sync, and every group goes on.</p>
          </Empty>
        ) : (
          <WhyList whys={picture.whys} />
        ))}
    </Page>
  );
}
