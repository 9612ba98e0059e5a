import type { ComponentChildren } from 'preact';
import type { GroupOffset } from '../../../src/admin/contract/picture.ts';
import type { GroupDetail } from '../../../src/admin/contract/topics.ts';
import { Page } from '../app/page.tsx';
import { goTo } from '../app/router.ts';
import { hrefOf } from '../app/routes.ts';
import { useDialog } from '../app/use-dialog.ts';
import { apiSend } from '../data/api.ts';
import { mayChange, session } from '../data/session.ts';
import { useResource, type Resource } from '../data/use-resource.ts';
import { useStore } from '../data/use-store.ts';
import { HistoryPlots } from '../plots/history-plots.tsx';
import { ResourceConfigs } from '../settings/resource-configs.tsx';
import { Button } from '../ui/button.tsx';
import { CommandLine } from '../ui/command-line.tsx';
import { DataTable, type Column } from '../ui/data-table.tsx';
import { Confirm } from '../ui/dialog.tsx';
import { Empty, ErrorNotice, Loading } from '../ui/empty.tsx';
import { exact } from '../ui/figures.ts';
import { Tabs } from '../ui/tabs.tsx';
import { toast } from '../ui/toast.tsx';
import { WhyList } from '../why/why-list.tsx';
import { groupDeleteCommand, groupDescribeCommand } from './group-commands.ts';
import { GroupMembers } from './group-members.tsx';
import { Behind, GroupState, Trend } from './group-state.tsx';
import { ResetOffsetsDialog } from './reset-offsets-dialog.tsx';
import './groups.css';

const tabs = [
  { name: '', text: 'Overview' },
  { name: 'settings', text: 'Settings' },
] as const;

/** A group: who reads what in it, and how far behind. */
export function GroupPage({
  group: groupId,
  tab,
}: {
  readonly group: string;
  readonly tab: string;
}): ComponentChildren {
  const bootstrap = useStore(session)?.bootstrapServers ?? '';
  const detail = useResource<GroupDetail>(`api/groups/${encodeURIComponent(groupId)}`, {
    refreshMs: 2000,
  });
  const { data } = detail;
  return (
    <Page
      title={groupId}
      crumbs={[{ text: 'Groups', href: hrefOf({ view: 'groups' }) }]}
      beside={data !== undefined && <GroupState state={data.state} />}
      actions={data !== undefined && <GroupActions />}
      command={tab === '' ? groupDescribeCommand(bootstrap, groupId) : undefined}
    >
      <Tabs
        label="Parts of the group"
        current={tab}
        tabs={tabs.map((one) => ({
          ...one,
          href: hrefOf({ view: 'group', group: groupId, tab: one.name }),
        }))}
      />
      <GroupProblem detail={detail} />
      {detail.loading && <Loading />}
      {tab === 'settings' && <ResourceConfigs resource={{ type: 'group', name: groupId }} />}
      {data !== undefined && tab === '' && (
        <>
          {data.whys.length > 0 && <WhyList whys={data.whys} />}
          <GroupFacts group={data} />
          <HistoryPlots of={`group:${groupId}`} />
          <GroupMembers group={data} />
          <GroupPartitions group={data} />
        </>
      )}
      {data !== undefined && <GroupDialogs group={data} onChanged={detail.refresh} />}
    </Page>
  );
}

function GroupProblem({ detail }: { readonly detail: Resource<GroupDetail> }): ComponentChildren {
  const { error } = detail;
  if (error === undefined) return null;
  if (error.status !== 404) return <ErrorNotice error={error} />;
  return (
    <Empty title={error.problem.message}>
      <a href={hrefOf({ view: 'groups' })}>All groups</a>
    </Empty>
  );
}

function GroupActions(): ComponentChildren {
  const dialog = useDialog();
  if (!mayChange(useStore(session))) return null;
  return (
    <>
      <Button icon="edit" onClick={() => dialog.show('reset')}>
        Reset offsets
      </Button>
      <Button kind="danger" icon="trash" onClick={() => dialog.show('delete')}>
        Delete
      </Button>
    </>
  );
}

function GroupFacts({ group }: { readonly group: GroupDetail }): ComponentChildren {
  const { lagSeconds, coordinatorId } = group;
  return (
    <dl class="facts">
      <div>
        <dt>Lag</dt>
        <dd>
          {exact(group.lag)} <Trend trend={group.trend} />
        </dd>
      </div>
      <div>
        <dt>Behind by</dt>
        <dd title="How long ago the oldest record was written that it has not read">
          <Behind seconds={lagSeconds} />
        </dd>
      </div>
      <div>
        <dt>Members</dt>
        <dd>{exact(group.members.length)}</dd>
      </div>
      <div>
        <dt>Protocol</dt>
        <dd>{group.type}</dd>
      </div>
      <div>
        <dt>Assignor</dt>
        <dd>{group.assignor === '' ? '–' : group.assignor}</dd>
      </div>
      <div>
        <dt>Coordinator</dt>
        <dd>
          {coordinatorId === -1 ? (
            'none'
          ) : (
            <a href={hrefOf({ view: 'broker', broker: String(coordinatorId) })}>
              broker {coordinatorId}
            </a>
          )}
        </dd>
      </div>
    </dl>
  );
}

function partitionColumns(group: GroupDetail): readonly Column<GroupOffset>[] {
  const clients = new Map(
    group.members.map((one) => [one.memberId, one.instanceId ?? one.clientId]),
  );
  return [
    {
      name: 'topic',
      title: 'Topic',
      cell: ({ topic }) => <a href={hrefOf({ view: 'topic', topic, tab: '' })}>{topic}</a>,
    },
    {
      name: 'partition',
      title: 'Partition',
      number: true,
      cell: ({ topic, partition, committedOffset }) => (
        <a
          href={hrefOf(
            { view: 'topic', topic, tab: 'messages' },
            {
              partition: String(partition),
              order: 'partition',
              from: committedOffset === null ? undefined : `offset:${committedOffset}`,
            },
          )}
          title="The records that it has still to read"
        >
          {partition}
        </a>
      ),
    },
    {
      name: 'committed',
      title: 'Committed',
      number: true,
      cell: ({ committedOffset }) => exact(committedOffset),
    },
    {
      name: 'end',
      title: 'High watermark',
      number: true,
      cell: ({ highWatermark }) => exact(highWatermark),
    },
    { name: 'lag', title: 'Lag', number: true, cell: ({ lag }) => <Lag lag={lag} /> },
    {
      name: 'behind',
      title: 'Behind by',
      number: true,
      cell: ({ lagSeconds }) => <Behind seconds={lagSeconds} />,
    },
    {
      name: 'member',
      title: 'Read by',
      cell: ({ memberId }) =>
        memberId === null ? (
          <span class="faint">nobody</span>
        ) : (
          <span title={memberId}>{clients.get(memberId) ?? memberId}</span>
        ),
    },
  ];
}

function Lag({ lag }: { readonly lag: number | null }): ComponentChildren {
  return lag === 0 ? <span class="faint">0</span> : <strong>{exact(lag)}</strong>;
}

function GroupPartitions({ group }: { readonly group: GroupDetail }): ComponentChildren {
  const rows = group.offsets.toSorted(
    (a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : 0) || a.partition - b.partition,
  );
  return (
    <section class="section" aria-labelledby="offsets-title">
      <h2 id="offsets-title">Partitions</h2>
      {rows.length === 0 ? (
        <p class="muted">It has committed nothing yet.</p>
      ) : (
        <DataTable
          label="Partitions"
          columns={partitionColumns(group)}
          rows={rows}
          keyOf={({ topic, partition }) => `${topic}-${partition}`}
        />
      )}
    </section>
  );
}

function GroupDialogs({
  group,
  onChanged,
}: {
  readonly group: GroupDetail;
  readonly onChanged: () => void;
}): ComponentChildren {
  const { open, close } = useDialog();
  if (!mayChange(useStore(session))) return null;
  if (open === 'reset') {
    return <ResetOffsetsDialog group={group} onClose={close} onChanged={onChanged} />;
  }
  return open === 'delete' ? <DeleteGroupDialog group={group} onClose={close} /> : null;
}

function DeleteGroupDialog({
  group: { groupId, members },
  onClose,
}: {
  readonly group: GroupDetail;
  readonly onClose: () => void;
}): ComponentChildren {
  const bootstrap = useStore(session)?.bootstrapServers ?? '';
  const command = groupDeleteCommand(bootstrap, groupId);
  return (
    <Confirm
      title={`Delete group ${groupId}?`}
      action="Delete group"
      danger
      typeName={groupId}
      onClose={onClose}
      onConfirm={async () => {
        await apiSend('DELETE', `api/groups/${encodeURIComponent(groupId)}`);
        toast(`${groupId} was deleted.`);
        // The view of what is gone is not gone back to.
        setTimeout(() => goTo({ view: 'groups' }));
      }}
    >
      <p>
        What it has committed is forgotten: a consumer that comes with this name begins where its
        own settings say.
      </p>
      {members.length > 0 && (
        <div class="notice warn">
          It has {exact(members.length)} {members.length === 1 ? 'member' : 'members'}, and only a
          group without members can be deleted. Stop them first.
        </div>
      )}
      {command !== null && <CommandLine command={command} />}
    </Confirm>
  );
}
