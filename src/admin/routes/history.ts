import { queryNumber } from '../http/admin-request.ts';
import { json } from '../http/answer.ts';
import { badField } from '../http/problem.ts';
import type { Route } from '../http/route.ts';

const hourMs = 3_600_000;
const timeMax = 8_640_000_000_000_000;

/** `GET /api/history`: series over time, for plots. */
export const historyRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/history',
    access: 'read',
    handle: ({ query }, { history, runtime }) => {
      const toMs = queryNumber(query, 'toMs', {
        min: 0,
        max: timeMax,
        otherwise: runtime.clock.nowMs(),
      });
      const otherwise = Math.max(0, toMs - hourMs);
      const fromMs = queryNumber(query, 'fromMs', { min: 0, max: timeMax, otherwise });
      const of = query.get('of') ?? 'cluster';
      const found = history.read(of, fromMs, toMs);
      if (found !== undefined) return json(found);
      throw badField('of', `of=${of}: expected cluster, broker:ID, topic:NAME or group:ID.`);
    },
  },
];
