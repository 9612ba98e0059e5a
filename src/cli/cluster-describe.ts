import type { TopicMetadata } from '../client/cluster-metadata.ts';
import { brokerTable } from './broker-table.ts';
import { exitCodes } from './cli-context.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import { clusterState, type ClusterState } from './cluster-state.ts';
import type { Command } from './command.ts';
import { printJson } from './report.ts';
import { counted } from './table.ts';

/** `odradek cluster describe`. */
export const clusterDescribeCommand: Command = {
  name: 'cluster describe',
  summary: 'Show the brokers of a cluster and whether all its partitions are well',
  description: [
    'A partition without a leader can be neither written nor read. One that lacks replicas in sync would lose more ' +
      'by the next failure than it should.',
  ],
  positionals: [],
  options: { ...jsonOption, ...connectionOptions },
  examples: [{ text: 'How the cluster is', command: 'odradek cluster describe' }],
  run: (args, context) =>
    withClient(args, context, async (client) => {
      const state = await clusterState(client);
      if (args.flag('json')) printJson(context, jsonOf(state));
      else context.out.write(`${titleOf(state)}\n${healthOf(state)}${brokerTable(state.brokers)}`);
      return exitCodes.ok;
    }),
};

interface PartitionName {
  readonly topic: string;
  readonly partition: number;
}

function jsonOf(state: ClusterState): object {
  const { clusterId, controllerId, brokers, topics, moving } = state;
  return {
    clusterId,
    controllerId,
    topics: topics.length,
    partitions: partitionCount(topics),
    withoutLeader: withoutLeader(state),
    lackingInSync: lackingInSync(state),
    moving,
    brokers,
  };
}

function titleOf({ clusterId, controllerId, brokers, topics }: ClusterState): string {
  return [
    `Cluster ${clusterId}`,
    controllerId < 0 ? 'no controller' : `controller ${controllerId}`,
    counted(brokers.length, 'broker'),
    counted(topics.length, 'topic'),
    counted(partitionCount(topics), 'partition'),
  ].join(', ');
}

function partitionCount(topics: readonly TopicMetadata[]): number {
  return topics.reduce((sum, { partitions }) => sum + partitions.length, 0);
}

function withoutLeader({ topics }: ClusterState): PartitionName[] {
  return topics.flatMap(({ name, partitions }) =>
    partitions
      .filter(({ leaderId }) => leaderId < 0)
      .map(({ partition }) => ({ topic: name, partition })),
  );
}

/** Who is being added to a partition need not be in sync yet. */
function lackingInSync({ topics, moving }: ClusterState): PartitionName[] {
  const adding = new Map(
    moving.map(({ topic, partition, addingReplicas }) => [`${topic}-${partition}`, addingReplicas]),
  );
  return topics.flatMap(({ name, partitions }) =>
    partitions
      .filter(({ partition, replicas, isr }) =>
        replicas.some(
          (id) => !isr.includes(id) && adding.get(`${name}-${partition}`)?.includes(id) !== true,
        ),
      )
      .map(({ partition }) => ({ topic: name, partition })),
  );
}

/** As many as are told by name. */
const namesMax = 5;

function healthOf(state: ClusterState): string {
  const lines = [
    healthLine('without a leader', withoutLeader(state)),
    healthLine('with replicas that are not in sync', lackingInSync(state)),
    healthLine('on the way to other brokers', state.moving),
  ];
  const told = lines.filter((line) => line !== '');
  return told.length === 0 ? 'All partitions are well.\n' : told.join('');
}

function healthLine(what: string, partitions: readonly PartitionName[]): string {
  if (partitions.length === 0) return '';
  const names = partitions
    .slice(0, namesMax)
    .map(({ topic, partition }) => `${topic}-${partition}`);
  const more = partitions.length > namesMax ? ' and others' : '';
  return `${counted(partitions.length, 'partition')} ${what}: ${names.join(', ')}${more}\n`;
}
