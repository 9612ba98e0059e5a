import type { ConfigResource } from '../../client/admin-configs.ts';
import { derivedDefaults, replicationFactorByDefault } from '../../config/derived-defaults.ts';
import { placeableBrokers } from '../../controller/broker-state.ts';
import type { ClusterImage } from '../../metadata/image.ts';
import { changeConfigs } from '../configs/change-configs.ts';
import {
  type ConfigRowWithSource,
  configRows,
  defaultBrokerRows,
  newTopicRows,
  topicConfigRows,
} from '../configs/config-rows.ts';
import { type AdminRequest, jsonBody, param } from '../http/admin-request.ts';
import { json } from '../http/answer.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Route } from '../http/route.ts';
import type { AdminServices } from '../services.ts';

const kinds = ['topics', 'brokers', 'groups'] as const;
type Kind = (typeof kinds)[number];

/** Settings: `/api/configs` and `/api/config-keys`. */
export const configRoutes: readonly Route[] = [
  ...kinds.flatMap((kind) => routesOf(kind)),
  {
    method: 'GET',
    path: '/api/config-keys/topics',
    access: 'read',
    handle: (_, { broker }) => {
      const brokers = placeableBrokers(broker.metadata.image).length;
      const { defaultReplicationFactor } = broker.config;
      const factor = replicationFactorByDefault(defaultReplicationFactor, brokers);
      return json(newTopicRows(broker.configLayers, derivedDefaults(factor)));
    },
  },
];

function routesOf(kind: Kind): readonly Route[] {
  const path = `/api/configs/${kind}/:name`;
  return [
    {
      method: 'GET',
      path,
      access: 'read',
      handle: async (request, services) => {
        const rows = await rowsOf(resourceOf(kind, request), services);
        return json(rows.map(({ row }) => row));
      },
    },
    {
      method: 'PATCH',
      path,
      access: 'change',
      handle: async (request, services) => {
        const resource = resourceOf(kind, request);
        const body = await jsonBody(request);
        const before = await rowsOf(resource, services);
        return json(await changeConfigs(services.client, resource, body, before));
      },
    },
  ];
}

function resourceOf(kind: Kind, request: AdminRequest): ConfigResource {
  const name = param(request, 'name');
  if (kind === 'topics') return { type: 'topic', name };
  if (kind === 'groups') return { type: 'group', name };
  return { type: 'broker', name: name === 'default' ? '' : name };
}

function rowsOf(
  resource: ConfigResource,
  { broker, client }: AdminServices,
): Promise<readonly ConfigRowWithSource[]> {
  const { image } = broker.metadata;
  switch (resource.type) {
    case 'topic':
      return topicConfigRows(resource.name, { broker, client });
    case 'broker': {
      if (resource.name === '') return defaultBrokerRows(client, broker.config.nodeId);
      requireServingBroker(resource.name, image);
      return configRows(client, resource);
    }
    default:
      return configRows(client, resource);
  }
}

/** A broker speaks for itself alone. */
function requireServingBroker(name: string, image: ClusterImage): void {
  const found = /^\d{1,9}$/.test(name) ? image.brokers.get(Number(name)) : undefined;
  if (found === undefined) {
    const message = `There is no broker ${name}.`;
    throw new HttpProblem(404, { code: 'BROKER_ID_NOT_REGISTERED', message });
  }
  if (!found.fenced) return;
  throw new HttpProblem(503, {
    code: 'BROKER_NOT_AVAILABLE',
    message: `Broker ${name} does not serve just now, and only it knows its settings.`,
  });
}
