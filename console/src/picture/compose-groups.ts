import type { GroupFigures, Picture } from '../../../src/admin/contract/picture.ts';
import type { Scene, SceneGroup, SceneMember, SceneOptions } from './scene.ts';
import { sizes } from './sizes.ts';
import type { Whys } from './worst-whys.ts';

/** The groups that are drawn: with their members while there is room. Pure. */
export function groupsOf(
  picture: Picture,
  shown: ReadonlySet<string>,
  { topic, heightMax }: SceneOptions,
  whys: Whys,
): Pick<Scene, 'groups' | 'groupsMore'> {
  const reads = (group: GroupFigures): boolean => group.offsets.some((one) => shown.has(one.topic));
  const candidates = picture.groups.filter((group) => topic === undefined || reads(group));
  const fullHeight = candidates.reduce(
    (height, { members }) =>
      height +
      sizes.groupHead +
      Math.min(members.length, sizes.membersMax + 1) * sizes.member +
      2 * sizes.boxGap,
    0,
  );
  const folded = fullHeight > heightMax && candidates.length > 1;
  const capacity = Math.max(3, Math.floor(heightMax / (sizes.groupHead + 2 * sizes.boxGap)));
  const chosen = candidates
    .map((group, index) => ({
      group,
      rank:
        index - (whys.of('group', group.groupId) === null ? 0 : 2000) - (reads(group) ? 1000 : 0),
    }))
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, folded ? capacity : candidates.length)
    .map(({ group }) => groupOf(group, folded, shown, whys));
  return {
    groups: chosen,
    groupsMore: candidates.length - chosen.length + (topic === undefined ? picture.groupsMore : 0),
  };
}

function groupOf(
  group: GroupFigures,
  folded: boolean,
  shown: ReadonlySet<string>,
  whys: Whys,
): SceneGroup {
  const lagOf = new Map(group.offsets.map((one) => [`${one.topic} ${one.partition}`, one.lag]));
  const members = group.members.map((member): SceneMember => ({
    memberId: member.memberId,
    name: member.instanceId ?? member.clientId,
    lag: member.partitions.reduce<number | null>((total, { topic, partition }) => {
      const lag = lagOf.get(`${topic} ${partition}`) ?? null;
      return total === null || lag === null ? null : total + lag;
    }, 0),
    partitions: member.partitions,
  }));
  const orphans = orphansOf(group);
  if (orphans !== null) members.push(orphans);
  const drawn =
    members.length <= sizes.membersMax + 1 ? members : members.slice(0, sizes.membersMax);
  return {
    groupId: group.groupId,
    state: group.state,
    lag: group.lag,
    trend: group.trend,
    folded,
    memberCount: group.members.length,
    members: folded ? [] : drawn,
    membersMore: folded ? 0 : members.length - drawn.length,
    topics: [...new Set(group.offsets.map((one) => one.topic))].filter((name) => shown.has(name)),
    why: whys.of('group', group.groupId),
  };
}

/** Partitions with positions in a group that has members, of which none owns them. */
function orphansOf(group: GroupFigures): SceneMember | null {
  const partitions = group.offsets.filter((one) => one.memberId === null);
  if (partitions.length === 0 || group.members.length === 0) return null;
  return {
    memberId: '',
    name: 'read by nobody',
    lag: partitions.reduce<number | null>(
      (total, { lag }) => (total === null || lag === null ? null : total + lag),
      0,
    ),
    partitions: partitions.map(({ topic, partition }) => ({ topic, partition })),
  };
}
