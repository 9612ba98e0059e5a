import { worstFirst } from '../admin/why/order.ts';
import { whyBroker, whyCluster } from '../admin/why/why-brokers.ts';
import { whyTopic } from '../admin/why/why-topic.ts';
import { must } from '../util/assert.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import type { Command } from './command.ts';
import { findTopics } from './topic-patterns.ts';
import { clusterFacts, topicFacts } from './why-facts.ts';
import { reportWhys, whysOfBroker } from './why-report.ts';

/** `odradek why topic`. */
export const whyTopicCommand: Command = {
  name: 'why topic',
  summary: 'Say why a topic cannot be written or read',
  description: [
    'Sentences with what they were seen by and what can be done, the worst first: partitions without a leader, too few ' +
      'replicas in sync, brokers that are down, full disks. A broker of Odradek with a console ' +
      'says the same here as there; of any other Kafka broker it is worked out from what it tells.',
  ],
  positionals: [{ name: 'topic', required: true, completes: 'topic' }],
  options: { ...jsonOption, ...connectionOptions },
  examples: [{ text: 'Why producers get no answer', command: 'odradek why topic orders' }],
  run: (args, context) =>
    withClient(args, context, async (client, { clock }) => {
      const name = args.positionals[0] ?? '';
      const topics = await findTopics(client, [name]);
      const told = await whysOfBroker(client, { kind: 'topic', name: must(topics[0]).name });
      if (told !== undefined) return reportWhys(args, context, name, { whys: told, isTold: true });
      const [cluster, [topic]] = await Promise.all([
        clusterFacts(client, topics, clock),
        topicFacts(client, topics),
      ]);
      const holders = new Set(must(topic).partitions.flatMap(({ replicas }) => replicas));
      const whys = worstFirst([
        ...whyCluster(cluster),
        ...whyTopic(must(topic), cluster),
        ...cluster.brokers
          .filter(({ nodeId }) => holders.has(nodeId))
          .flatMap((broker) => whyBroker(broker, cluster)),
      ]);
      return reportWhys(args, context, name, { whys, isTold: false });
    }),
};
