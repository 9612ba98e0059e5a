import type { Route } from '../http/route.ts';

/** `GET /metrics`: for Prometheus. */
export const metricsRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/metrics',
    access: 'read',
    handle: async (_, { metrics }) => {
      const { contentType, text } = await metrics.text();
      return { status: 200, headers: { 'content-type': contentType }, body: text };
    },
  },
];
