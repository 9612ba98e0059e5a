import type { Route } from '../http/route.ts';
import { brokerRoutes } from './brokers.ts';
import { configRoutes } from './configs.ts';
import { groupRoutes } from './groups.ts';
import { healthRoutes } from './health.ts';
import { historyRoutes } from './history.ts';
import { liveRoutes } from './live.ts';
import { metricsRoutes } from './metrics.ts';
import { messageRoutes } from './messages.ts';
import { publishRoutes } from './publish.ts';
import { sessionRoutes } from './session.ts';
import { streamRoutes } from './stream.ts';
import { topicRoutes } from './topics.ts';
import { transferRoutes } from './transfer.ts';
import { whyRoutes } from './why.ts';

/** Every route there is: the one list. Of several that match a path, the first does. */
export const routes: readonly Route[] = [
  ...healthRoutes,
  ...publishRoutes,
  ...sessionRoutes,
  ...streamRoutes,
  ...topicRoutes,
  ...messageRoutes,
  ...groupRoutes,
  ...configRoutes,
  ...brokerRoutes,
  ...liveRoutes,
  ...historyRoutes,
  ...whyRoutes,
  ...metricsRoutes,
  ...transferRoutes,
];
