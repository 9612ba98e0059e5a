import type { ComponentChildren } from 'preact';
import type { TopicDetail } from '../../../src/admin/contract/topics.ts';
import { Page } from '../app/page.tsx';
import { goTo } from '../app/router.ts';
import { hrefOf, type Route } from '../app/routes.ts';
import { useDialog } from '../app/use-dialog.ts';
import { mayChange, session } from '../data/session.ts';
import { useResource } from '../data/use-resource.ts';
import { useStore } from '../data/use-store.ts';
import { ImportDialog } from '../messages/import-dialog.tsx';
import { MessagesView } from '../messages/messages-view.tsx';
import { PublishDialog } from '../messages/publish-dialog.tsx';
import { ResourceConfigs } from '../settings/resource-configs.tsx';
import { Button } from '../ui/button.tsx';
import { Empty, ErrorNotice, Loading } from '../ui/empty.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { DeleteRecordsDialog } from './delete-records-dialog.tsx';
import { DeleteTopicDialog } from './delete-topic-dialog.tsx';
import { MorePartitionsDialog } from './more-partitions-dialog.tsx';
import { NewTopicDialog } from './new-topic-dialog.tsx';
import { TopicBadges } from './topic-badges.tsx';
import { filteredTopicKeys, topicDescribeCommand } from './topic-commands.ts';
import { TopicOverview } from './topic-overview.tsx';
import './topics.css';

const tabs = [
  { name: '', text: 'Overview' },
  { name: 'messages', text: 'Messages' },
  { name: 'settings', text: 'Settings' },
] as const;

/** A topic, in tabs. */
export function TopicPage({
  topic,
  tab,
}: {
  readonly topic: string;
  readonly tab: string;
}): ComponentChildren {
  const path = `api/topics/${encodeURIComponent(topic)}`;
  const detail = useResource<TopicDetail>(path, { refreshMs: tab === '' ? 2000 : 10_000 });
  const bootstrap = useStore(session)?.bootstrapServers ?? '';
  const { data, error } = detail;
  return (
    <Page
      title={topic}
      crumbs={[{ text: 'Topics', href: hrefOf({ view: 'topics' }) }]}
      beside={data !== undefined && <TopicBadges topic={data} />}
      actions={data !== undefined && <TopicActions topic={data} tab={tab} />}
      command={tab === '' ? topicDescribeCommand(bootstrap, topic) : undefined}
    >
      <Tabs
        label="Parts of the topic"
        current={tab}
        tabs={tabs.map((one) => ({
          ...one,
          href: hrefOf({ view: 'topic', topic, tab: one.name }),
        }))}
      />
      {error !== undefined && <TopicProblem error={error} />}
      {detail.loading && <Loading />}
      {data !== undefined && tab === '' && <TopicOverview topic={data} />}
      {data !== undefined && tab === 'messages' && <MessagesView topic={data} />}
      {data !== undefined && tab === 'settings' && (
        <ResourceConfigs resource={{ type: 'topic', name: topic }} />
      )}
      {data !== undefined && <TopicDialogs topic={data} onChanged={detail.refresh} />}
    </Page>
  );
}

function TopicProblem({
  error,
}: {
  readonly error: NonNullable<ReturnType<typeof useResource>['error']>;
}): ComponentChildren {
  if (error.status !== 404) return <ErrorNotice error={error} />;
  return (
    <Empty title={error.problem.message}>
      <a href={hrefOf({ view: 'topics' })}>All topics</a>
    </Empty>
  );
}

const changeFilter = { key: filteredTopicKeys.filter };

function settingsOf(topic: string): Route {
  return { view: 'topic', topic, tab: 'settings' };
}

function TopicActions({
  topic,
  tab,
}: {
  readonly topic: TopicDetail;
  readonly tab: string;
}): ComponentChildren {
  const dialog = useDialog();
  if (!mayChange(useStore(session))) return null;
  const isFiltered = topic.filtered !== null;
  return (
    <>
      {tab === 'messages' && !isFiltered && (
        <Button icon="upload" onClick={() => dialog.show('import')}>
          Import
        </Button>
      )}
      {tab === '' && (
        <>
          {!isFiltered && (
            <>
              <Button icon="filter" onClick={() => dialog.show('filtered')}>
                Filtered topic
              </Button>
              <Button icon="plus" onClick={() => dialog.show('partitions')}>
                Partitions
              </Button>
              <Button kind="danger" onClick={() => dialog.show('delete-records')}>
                Delete records
              </Button>
            </>
          )}
          {isFiltered && (
            <Button icon="edit" onClick={() => goTo(settingsOf(topic.name), changeFilter)}>
              Change filter
            </Button>
          )}
          <Button kind="danger" icon="trash" onClick={() => dialog.show('delete')}>
            Delete
          </Button>
        </>
      )}
      {!isFiltered && (
        <Button kind="primary" icon="send" onClick={() => dialog.show('publish')}>
          Publish
        </Button>
      )}
    </>
  );
}

function TopicDialogs({
  topic,
  onChanged,
}: {
  readonly topic: TopicDetail;
  readonly onChanged: () => void;
}): ComponentChildren {
  const { open, close } = useDialog();
  if (!mayChange(useStore(session))) return null;
  switch (open) {
    case 'publish':
      return <PublishDialog topic={topic} onClose={close} />;
    case 'import':
      return <ImportDialog topic={topic} onClose={close} />;
    case 'filtered':
      return <NewTopicDialog source={topic.name} onClose={close} />;
    case 'partitions':
      return <MorePartitionsDialog topic={topic} onClose={close} onChanged={onChanged} />;
    case 'delete-records':
      return <DeleteRecordsDialog topic={topic} onClose={close} onChanged={onChanged} />;
    case 'delete':
      return <DeleteTopicDialog topic={topic} onClose={close} />;
    default:
      return null;
  }
}
