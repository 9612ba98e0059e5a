import { worstFirst } from '../admin/why/order.ts';
import { whyCluster } from '../admin/why/why-brokers.ts';
import { whyGroup } from '../admin/why/why-group.ts';
import type { Client } from '../client/client.ts';
import type { TopicMetadata } from '../client/cluster-metadata.ts';
import { must } from '../util/assert.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import type { Command } from './command.ts';
import { withNearestGroup } from './group-names.ts';
import { clusterFacts, groupFacts, topicFacts } from './why-facts.ts';
import { reportWhys, whysOfBroker } from './why-report.ts';

/** `odradek why group`. */
export const whyGroupCommand: Command = {
  name: 'why group',
  summary: 'Say why a group does not read, or not fast enough',
  description: [
    'Sentences with what they were seen by and what can be done, the worst first: no members, partitions that nobody ' +
      'owns, a rebalance that does not end, offsets that were deleted, topics without a leader. A broker of ' +
      'Odradek with a console says the same here as there; of any other Kafka broker it is worked out from what it ' +
      'tells, which leaves out when members polled last.',
  ],
  positionals: [{ name: 'group', required: true, completes: 'group' }],
  options: { ...jsonOption, ...connectionOptions },
  examples: [{ text: 'Why messages wait', command: 'odradek why group billing' }],
  run: (args, context) =>
    withClient(args, context, async (client, { clock }) => {
      const groupId = args.positionals[0] ?? '';
      const outcome = must((await client.admin.describeGroups([groupId]))[0]);
      if ('error' in outcome) throw await withNearestGroup(client, outcome.error);
      const told = await whysOfBroker(client, { kind: 'group', name: groupId });
      if (told !== undefined) {
        return reportWhys(args, context, groupId, { whys: told, isTold: true });
      }
      const group = await groupFacts(client, outcome.value);
      const names = [...group.subscribed, ...group.offsets.map(({ topic }) => topic)];
      const found = await topicsNamed(client, names);
      const [cluster, topics] = await Promise.all([
        clusterFacts(client, found, clock),
        topicFacts(client, found),
      ]);
      const byName = new Map(topics.map((topic) => [topic.name, topic]));
      const whys = worstFirst([...whyCluster(cluster), ...whyGroup(group, cluster, byName)]);
      return reportWhys(args, context, groupId, { whys, isTold: false });
    }),
};

/** Those that there are. */
async function topicsNamed(client: Client, names: readonly string[]): Promise<TopicMetadata[]> {
  if (names.length === 0) return [];
  const outcomes = await client.admin.describeTopics([...new Set(names)]);
  return outcomes.flatMap((outcome) => ('error' in outcome ? [] : [outcome.value]));
}
