import type { ComponentChildren } from 'preact';
import { BrokerPage } from '../brokers/broker-page.tsx';
import { BrokersPage } from '../brokers/brokers-page.tsx';
import { GroupPage } from '../groups/group-page.tsx';
import { GroupsPage } from '../groups/groups-page.tsx';
import { PicturePage } from '../picture/picture-page.tsx';
import { SettingsPage } from '../settings/settings-page.tsx';
import { TopicPage } from '../topics/topic-page.tsx';
import { TopicsPage } from '../topics/topics-page.tsx';
import { Empty } from '../ui/empty.tsx';
import { WhyPage } from '../why/why-page.tsx';
import { Page } from './page.tsx';
import { hrefOf, type Route } from './routes.ts';

/** The view of an address. */
export function View({ route }: { readonly route: Route }): ComponentChildren {
  switch (route.view) {
    case 'home':
      return <PicturePage />;
    case 'topics':
      return <TopicsPage />;
    case 'topic':
      return <TopicPage key={route.topic} topic={route.topic} tab={route.tab} />;
    case 'groups':
      return <GroupsPage />;
    case 'group':
      return <GroupPage key={route.group} group={route.group} tab={route.tab} />;
    case 'brokers':
      return <BrokersPage />;
    case 'broker':
      return <BrokerPage key={route.broker} broker={route.broker} />;
    case 'why':
      return <WhyPage />;
    case 'settings':
      return <SettingsPage />;
    case 'unknown':
      return (
        <Page title="Not found">
          <Empty title="There is no such view">
            <a href={hrefOf({ view: 'home' })}>To the picture of the cluster</a>
          </Empty>
        </Page>
      );
  }
}
