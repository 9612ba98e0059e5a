import type { RunningBroker } from '../../broker/broker.ts';
import { inheritedTopicValue } from '../../config/topic-config.ts';
import type { ClusterImage, TopicImage } from '../../metadata/image.ts';
import { replicaCountOf } from '../../metadata/replica-count.ts';
import type { TopicPage, TopicRow } from '../contract/topics.ts';
import type { Figures, TopicCounts } from '../figures.ts';
import { nameMatcher, pageOf, parseListQuery } from '../list-page.ts';
import { questionOf } from '../picture/topic-figures.ts';

const cleanupPolicyKey = 'cleanup.policy';

/** So many topics are newly counted for a page; of more, what is counted of all for everybody. */
const newlyCountedMax = 200;

/** What is counted of a topic of which nothing is known. */
const uncounted: TopicCounts = { messages: null, sizeBytes: null, messagesPerSecond: 0 };

/** By which number each sort goes; `name` is the order of the rows. */
const sortKeys = {
  messages: ({ messages }: TopicRow): number | null => messages,
  size: ({ sizeBytes }: TopicRow): number | null => sizeBytes,
  rate: ({ messagesPerSecond }: TopicRow): number => messagesPerSecond,
  partitions: ({ partitions }: TopicRow): number => partitions,
} as const;

/** A page of the list of topics, as the query asks for it. Throws a `HttpProblem` of 400. */
export async function topicPage(
  query: URLSearchParams,
  { broker, figures }: { readonly broker: RunningBroker; readonly figures: Figures },
): Promise<TopicPage> {
  const asked = parseListQuery(query, ['name', 'messages', 'size', 'rate', 'partitions']);
  const hasInternal = query.get('internal') === 'true';
  const isMatch = nameMatcher(asked.text);
  const all = [...broker.metadata.image.topicsByName.values()].filter(
    ({ internal }) => hasInternal || !internal,
  );
  const matching = all
    .filter(({ name }) => isMatch(name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const { sort } = asked;
  // Sorted by name, only what is shown has to be counted.
  const counted = sort === 'name' ? pageOf(matching, asked, 'name') : matching;
  const counts =
    counted.length <= newlyCountedMax
      ? await figures.topicsOf(counted.map(({ name }) => name))
      : await figures.topics();
  const rows = counted.map((topic) => topicRow(topic, counts.get(topic.name), broker));
  const topics = sort === 'name' ? rows : pageOf(rows, asked, sortKeys[sort]);
  return { total: all.length, matching: matching.length, offset: asked.offset, topics };
}

/** The line of a topic; `counts` are undefined where nothing is known. */
export function topicRow(
  { name, id, internal, filtered, partitions, config }: TopicImage,
  counts: TopicCounts | undefined,
  { configLayers }: Pick<RunningBroker, 'configLayers'>,
): TopicRow {
  const [first] = partitions;
  return {
    name,
    id,
    internal,
    filtered: questionOf(filtered),
    partitions: partitions.length,
    replicationFactor: first === undefined ? 0 : replicaCountOf(first),
    ...(counts ?? uncounted),
    leaderless: partitions.filter(({ leader }) => leader < 0).length,
    underReplicated: partitions.filter(
      (partition) => partition.isr.length < replicaCountOf(partition),
    ).length,
    cleanupPolicy:
      config.values.get(cleanupPolicyKey) ??
      inheritedTopicValue(cleanupPolicyKey, configLayers) ??
      'delete',
  };
}

/** The topics that are questions to this one, by name: they are deleted with it. */
export function filteredTopicsOf(image: ClusterImage, source: TopicImage): readonly string[] {
  return [...image.topicsByName.values()]
    .filter(({ filtered }) => filtered?.sourceTopicId === source.id)
    .map(({ name }) => name)
    .toSorted((a, b) => (a < b ? -1 : 1));
}
