import { valueOf } from '../../client/admin-items.ts';
import { explainedRefusal } from '../../client/group/members-problem.ts';
import { must } from '../../util/assert.ts';
import type { GroupDetail } from '../contract/topics.ts';
import { groupPage } from '../groups/group-list.ts';
import { resetOffsets } from '../groups/reset-offsets.ts';
import { jsonBody, param } from '../http/admin-request.ts';
import { json, noContent } from '../http/answer.ts';
import type { Route } from '../http/route.ts';

/** Groups: `/api/groups`. */
export const groupRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/groups',
    access: 'read',
    handle: async ({ query }, services) => json(await groupPage(query, services)),
  },
  {
    method: 'GET',
    path: '/api/groups/:id',
    access: 'read',
    handle: async (request, { client, figures }) => {
      const groupId = param(request, 'id');
      const [[described], counted, whys] = await Promise.all([
        client.admin.describeGroups([groupId]),
        figures.group(groupId),
        figures.whys('group', groupId),
      ]);
      const { assignor, protocolType } = valueOf(must(described));
      const detail: GroupDetail = { ...counted, assignor, protocolType, whys };
      return json(detail);
    },
  },
  {
    method: 'DELETE',
    path: '/api/groups/:id',
    access: 'change',
    handle: async (request, { client }) => {
      const groupId = param(request, 'id');
      const outcome = must((await client.admin.deleteGroups([groupId]))[0]);
      if ('error' in outcome) throw await explainedRefusal(client, groupId, outcome.error);
      return noContent();
    },
  },
  {
    method: 'POST',
    path: '/api/groups/:id/reset-offsets',
    access: 'change',
    handle: async (request, { client }) =>
      json(await resetOffsets(client, param(request, 'id'), await jsonBody(request))),
  },
];
