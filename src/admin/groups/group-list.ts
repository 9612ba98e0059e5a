import type { Client } from '../../client/client.ts';
import type { GroupListing } from '../../client/group/admin-groups.ts';
import type { GroupPage, GroupRow } from '../contract/topics.ts';
import type { Figures, GroupCounts } from '../figures.ts';
import { nameMatcher, pageOf, parseListQuery } from '../list-page.ts';

/**
 * `GET /api/groups`. By name, only what is shown is asked about; by lag or members, all groups have to be, and what
 * everybody shares may be a second or two old. Throws a `HttpProblem` of 400.
 */
export async function groupPage(
  query: URLSearchParams,
  { client, figures }: { readonly client: Client; readonly figures: Figures },
): Promise<GroupPage> {
  const asked = parseListQuery(query, ['name', 'lag', 'members']);
  const state = query.get('state') ?? '';
  const isMeant = nameMatcher(asked.text);
  const listed = await client.admin.listGroups();
  const matching = listed.filter(
    (group) => isMeant(group.groupId) && (state === '' || group.state === state),
  );
  const { sort } = asked;
  const groups =
    sort === 'name'
      ? await rowsOf(pageOf(matching, asked, 'name'), figures)
      : pageOf(await allRows(matching, figures), asked, (row) => row[sort]);
  return { total: listed.length, matching: matching.length, offset: asked.offset, groups };
}

async function rowsOf(
  shown: readonly GroupListing[],
  figures: Figures,
): Promise<readonly GroupRow[]> {
  if (shown.length === 0) return [];
  const counts = await figures.groupsOf(shown);
  return shown.map((listing) => groupRow(listing, counts.get(listing.groupId)));
}

async function allRows(
  listed: readonly GroupListing[],
  figures: Figures,
): Promise<readonly GroupRow[]> {
  const counts = await figures.groups();
  return listed.map((listing) => groupRow(listing, counts.get(listing.groupId)));
}

/** What was just listed is newer than what was counted. */
function groupRow(
  { groupId, type, state, coordinatorId }: GroupListing,
  counts: GroupCounts | undefined,
): GroupRow {
  return {
    members: 0,
    topics: [],
    lag: null,
    lagSeconds: null,
    trend: 'unknown',
    ...counts,
    groupId,
    type: type === 'consumer' ? 'consumer' : 'classic',
    state,
    coordinatorId,
  };
}
