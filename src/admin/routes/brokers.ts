import type { BrokerDetail } from '../contract/topics.ts';
import { param } from '../http/admin-request.ts';
import { json } from '../http/answer.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Route } from '../http/route.ts';

/** Brokers: `/api/brokers`. */
export const brokerRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/brokers',
    access: 'read',
    handle: async (_, { figures }) => json(await figures.brokers()),
  },
  {
    method: 'GET',
    path: '/api/brokers/:id',
    access: 'read',
    handle: async (request, { broker, figures }) => {
      const id = param(request, 'id');
      const { image } = broker.metadata;
      const found = (await figures.brokers()).find(({ nodeId }) => String(nodeId) === id);
      if (found === undefined) {
        const message = `There is no broker ${id}.`;
        throw new HttpProblem(404, { code: 'BROKER_ID_NOT_REGISTERED', message });
      }
      // One that was taken out of the cluster meanwhile has neither.
      const registered = image.brokers.get(found.nodeId);
      const detail: BrokerDetail = {
        ...found,
        listeners: (registered?.listeners ?? []).map(({ name, host, port }) => ({
          name,
          host,
          port,
        })),
        epoch: registered?.epoch ?? -1,
        isController: image.controllerId === found.nodeId,
      };
      return json(detail);
    },
  },
];
