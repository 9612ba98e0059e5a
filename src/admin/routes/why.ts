import { param } from '../http/admin-request.ts';
import { json } from '../http/answer.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Route } from '../http/route.ts';

/** `GET /api/why/topics/NAME` and `GET /api/why/groups/ID`: what stands still, in sentences. */
export const whyRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/why/topics/:name',
    access: 'read',
    handle: async (request, { figures, broker }) => {
      const name = param(request, 'name');
      if (!broker.metadata.image.topicsByName.has(name)) {
        throw new HttpProblem(404, {
          code: 'UNKNOWN_TOPIC_OR_PARTITION',
          message: `There is no topic ${name}.`,
          field: 'name',
        });
      }
      return json(await figures.whys('topic', name));
    },
  },
  {
    method: 'GET',
    path: '/api/why/groups/:id',
    access: 'read',
    handle: async (request, { figures }) => {
      const groupId = param(request, 'id');
      const [whys] = await Promise.all([
        figures.whys('group', groupId),
        // Refuses one that is not there.
        figures.group(groupId),
      ]);
      return json(whys);
    },
  },
];
