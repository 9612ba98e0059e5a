import { topicConfigRows } from '../configs/config-rows.ts';
import type { GroupFigures } from '../contract/picture.ts';
import type { TopicDetail } from '../contract/topics.ts';
import type { Figures } from '../figures.ts';
import { topicImage } from '../records/record-query.ts';
import type { AdminServices } from '../services.ts';
import { filteredTopicsOf, topicRow } from './topic-rows.ts';

/** Groups of one topic whose lag is looked at. */
const groupsMax = 50;

/** All about one topic. Throws `UNKNOWN_TOPIC`. */
export async function topicDetail(name: string, services: AdminServices): Promise<TopicDetail> {
  const { broker, figures } = services;
  const topic = topicImage(broker, name);
  const [counts, partitionFigures, configs, groups, filterCounters] = await Promise.all([
    figures.topicsOf([name]),
    figures.partitions(name),
    topicConfigRows(name, services),
    groupsOf(name, figures),
    figures.filterCounters(name),
  ]);
  return {
    ...topicRow(topic, counts.get(name), broker),
    partitionFigures,
    configs: configs.map(({ row }) => row),
    filterCounters,
    filteredTopics: filteredTopicsOf(broker.metadata.image, topic),
    groups,
  };
}

/** Who reads it, and how far behind in it. */
async function groupsOf(topic: string, figures: Figures): Promise<TopicDetail['groups']> {
  const readers = [...(await figures.groups())]
    .filter(([, { topics }]) => topics.includes(topic))
    .map(([groupId, { state }]) => ({ groupId, state }));
  const looked = readers.slice(0, groupsMax).map(async ({ groupId, state }) => {
    // It may have gone meanwhile.
    const group = await figures.group(groupId).catch(() => undefined);
    return { groupId, state: group?.state ?? state, lag: lagIn(topic, group) };
  });
  const others = readers.slice(groupsMax).map((reader) => ({ ...reader, lag: null }));
  return [...(await Promise.all(looked)), ...others];
}

function lagIn(topic: string, group: GroupFigures | undefined): number | null {
  if (group === undefined) return null;
  let total = 0;
  for (const { topic: of, lag } of group.offsets) {
    if (of !== topic) continue;
    if (lag === null) return null;
    total += lag;
  }
  return total;
}
