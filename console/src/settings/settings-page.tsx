import type { ComponentChildren } from 'preact';
import type { BrokerFigures } from '../../../src/admin/contract/picture.ts';
import { Page } from '../app/page.tsx';
import { useQuery } from '../app/router.ts';
import { hrefOf } from '../app/routes.ts';
import { useResource } from '../data/use-resource.ts';
import { Tabs } from '../ui/tabs.tsx';
import { ResourceConfigs } from './resource-configs.tsx';

/** The settings of all brokers and of each; those of topics stand with the topics. */
export function SettingsPage(): ComponentChildren {
  const [query] = useQuery();
  const brokers = useResource<readonly BrokerFigures[]>('api/brokers', { refreshMs: 10_000 });
  const broker = query.get('broker') ?? 'default';
  const names = ['default', ...(brokers.data ?? []).map(({ nodeId }) => String(nodeId))];
  const shown = names.includes(broker) ? names : [...names, broker];
  return (
    <Page
      title="Settings"
      note={
        broker === 'default'
          ? 'What all brokers have that no value of their own was set for. Settings of a topic stand with the topic.'
          : `What broker ${broker} runs with, and where each value comes from.`
      }
    >
      <Tabs
        label="Whose settings"
        current={broker}
        tabs={shown.map((name) => ({
          name,
          text: name === 'default' ? 'All brokers' : `Broker ${name}`,
          href: hrefOf(
            { view: 'settings' },
            {
              broker: name === 'default' ? undefined : name,
              query: query.get('query') ?? undefined,
              set: query.get('set') ?? undefined,
            },
          ),
        }))}
      />
      <ResourceConfigs key={broker} resource={{ type: 'broker', name: broker }} />
    </Page>
  );
}
