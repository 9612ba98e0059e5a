import { bottomOf, type GroupBox, type Layout } from './boxes.ts';
import type { Columns } from './columns.ts';
import type { Scene, SceneGroup } from './scene.ts';
import { sizes } from './sizes.ts';
import { spread } from './spread.ts';

/** Where the middle of each topic's band stands. */
export type Centers = ReadonlyMap<string, number>;

/** The mean of where the topics stand that something is connected with; below all others where there are none. */
function meanOf(topics: readonly string[], centers: Centers): number {
  const known = topics.flatMap((topic) => centers.get(topic) ?? []);
  if (known.length === 0) return Math.max(0, ...centers.values()) + 60;
  return known.reduce((total, one) => total + one, 0) / known.length;
}

/** Producers, each as near to what it writes as the others allow. Pure. */
export function stackProducers(
  scene: Scene,
  { producers: { x, width } }: Columns,
  centers: Centers,
  top: number,
): Pick<Layout, 'producers' | 'producersMore'> {
  const items = scene.producers
    .map(({ id, topics }) => ({
      id,
      height: sizes.producer,
      wanted: meanOf(
        topics.map(({ topic }) => topic),
        centers,
      ),
    }))
    .toSorted((a, b) => a.wanted - b.wanted || (a.id < b.id ? -1 : 1));
  const tops = spread(items, sizes.boxGap, top);
  const producers = items.map(({ id, height }, index) => ({
    id,
    x,
    y: Math.round(tops[index] ?? 0),
    width,
    height,
  }));
  const y = bottomOf(producers.at(-1)) + sizes.boxGap;
  const producersMore = scene.producersMore > 0 ? { x, y, width, height: sizes.more } : null;
  return { producers, producersMore };
}

/** Groups, each as near to what it reads as the others allow. Pure. */
export function stackGroups(
  scene: Scene,
  { groups: place }: Columns,
  centers: Centers,
  top: number,
): Pick<Layout, 'groups' | 'groupsMore'> {
  const items = scene.groups
    .map((group) => ({
      group,
      height: groupBox(group, place, 0).height,
      wanted: meanOf(group.topics, centers),
    }))
    .toSorted((a, b) => a.wanted - b.wanted || (a.group.groupId < b.group.groupId ? -1 : 1));
  const tops = spread(items, 2 * sizes.boxGap, top);
  const groups = items.map(({ group }, index) =>
    groupBox(group, place, Math.round(tops[index] ?? 0)),
  );
  const y = bottomOf(groups.at(-1)) + sizes.boxGap;
  const groupsMore = scene.groupsMore > 0 ? { ...place, y, height: sizes.more } : null;
  return { groups, groupsMore };
}

/** A group whose top is at `y`. Pure. */
export function groupBox(
  group: SceneGroup,
  place: { x: number; width: number },
  y: number,
): GroupBox {
  const { x, width } = place;
  let bottom = y + sizes.groupHead;
  const members = group.members.map(({ memberId }, index) => ({
    memberId,
    x,
    y: bottom + index * sizes.member,
    width,
    height: sizes.member,
  }));
  bottom += members.length * sizes.member;
  const more = group.membersMore > 0 ? { x, y: bottom, width, height: sizes.member } : null;
  if (more !== null) bottom += sizes.member;
  const why = group.why === null ? null : { x, y: bottom, width, height: sizes.groupWhy };
  if (why !== null) bottom += sizes.groupWhy;
  const padding = members.length > 0 || why !== null ? 6 : 0;
  return { groupId: group.groupId, x, y, width, height: bottom + padding - y, members, more, why };
}
