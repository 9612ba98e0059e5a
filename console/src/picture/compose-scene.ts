/**
 * What of the cluster is drawn, and what is folded: at three topics every partition has a line, at a thousand the
 * busiest have one each and the others are counted. Pure.
 */
import type {
  BrokerFigures,
  Picture,
  ProducerFigures,
} from '../../../src/admin/contract/picture.ts';
import { bandsOf } from './compose-bands.ts';
import { groupsOf } from './compose-groups.ts';
import type { Scene, SceneOptions, SceneProducer } from './scene.ts';
import { sizes } from './sizes.ts';
import { worstWhys } from './worst-whys.ts';

/** Chooses and folds. */
export function sceneOf(picture: Picture, options: SceneOptions): Scene {
  const whys = worstWhys(picture.whys);
  const { bands, topicsMore } = bandsOf(picture, options, whys);
  const shown = new Set(bands.map(({ topic }) => topic));
  const columns = chooseColumns(picture.brokers, options.columnsMax);
  return {
    brokers: columns.map((broker) => ({
      nodeId: broker.nodeId,
      state: broker.state,
      stateSinceMs: broker.stateSinceMs,
      figures: broker.figures,
      isController: broker.nodeId === picture.controllerId,
      address: `${broker.host}:${broker.port}`,
      why: whys.of('broker', String(broker.nodeId)),
    })),
    brokersMore: picture.brokers
      .filter((broker) => !columns.includes(broker))
      .map(({ nodeId }) => nodeId),
    ...producersOf(picture, shown, options),
    bands,
    topicsMore: topicsMore + (options.topic === undefined ? picture.topicsMore : 0),
    ...groupsOf(picture, shown, options, whys),
  };
}

/** All if they fit; else those that are not up and those that lead most, in the order of their ids. */
function chooseColumns(brokers: readonly BrokerFigures[], columnsMax: number): BrokerFigures[] {
  const byId = (a: BrokerFigures, b: BrokerFigures): number => a.nodeId - b.nodeId;
  if (brokers.length <= columnsMax) return brokers.toSorted(byId);
  const rank = ({ state, leaders }: BrokerFigures): number => (state === 'up' ? leaders : Infinity);
  return brokers
    .toSorted((a, b) => (rank(a) === rank(b) ? byId(a, b) : rank(b) - rank(a)))
    .slice(0, Math.max(columnsMax - 1, 1))
    .toSorted(byId);
}

function producersOf(
  picture: Picture,
  shown: ReadonlySet<string>,
  { topic, heightMax }: SceneOptions,
): Pick<Scene, 'producers' | 'producersMore'> {
  const candidates = clientsOf(picture.producers)
    .map((connections) => producerOf(connections, shown))
    .filter(({ topics }) => topic === undefined || topics.length > 0);
  const capacity = Math.max(3, Math.floor(heightMax / (sizes.producer + sizes.boxGap)));
  const chosen = candidates
    .toSorted((a, b) => Number(b.topics.length > 0) - Number(a.topics.length > 0))
    .slice(0, capacity);
  return {
    producers: chosen,
    producersMore:
      candidates.length - chosen.length + (topic === undefined ? picture.producersMore : 0),
  };
}

/** Connections by the client that has them: what has one name on one machine, as nearly as can be told. */
function clientsOf(producers: readonly ProducerFigures[]): ProducerFigures[][] {
  const clients = new Map<string, ProducerFigures[]>();
  for (const producer of producers) {
    const key = clientKey(producer);
    const client = clients.get(key);
    if (client === undefined) clients.set(key, [producer]);
    else client.push(producer);
  }
  return [...clients.values()];
}

function clientKey({ clientId, address }: ProducerFigures): string {
  return `${clientId}\n${hostOf(address)}`;
}

function hostOf(address: string): string {
  return address.replace(/:\d+$/, '');
}

function producerOf(
  connections: readonly ProducerFigures[],
  shown: ReadonlySet<string>,
): SceneProducer {
  const rates = new Map<string, number>();
  for (const { topics } of connections) {
    for (const { topic, messagesPerSecond } of topics) {
      rates.set(topic, (rates.get(topic) ?? 0) + messagesPerSecond);
    }
  }
  const [first] = connections;
  const address = first?.address ?? '';
  return {
    id: first === undefined ? '' : clientKey(first),
    clientId: first?.clientId ?? '',
    address: connections.length === 1 ? address : hostOf(address),
    connections: connections.length,
    messagesPerSecond: [...rates.values()].reduce((total, rate) => total + rate, 0),
    topics: [...rates]
      .filter(([topic]) => shown.has(topic))
      .map(([topic, messagesPerSecond]) => ({ topic, messagesPerSecond })),
  };
}
