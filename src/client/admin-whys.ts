import { describeWhysRequest, describeWhysResponse } from '../protocol/messages/describe-whys.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { describeCluster } from './admin-cluster.ts';
import { configResourceTypes } from './admin-configs.ts';
import { apis } from './apis.ts';
import type { Cluster } from './cluster.ts';

/** What is asked about. */
export interface WhySubject {
  readonly kind: 'topic' | 'group';
  readonly name: string;
}

/** A broker has asked the others for a second at most. */
const timeoutMs = 5000;
/** Not all of a hundred brokers are asked one after the other. */
const triesMax = 3;
/** A broker that has this key is one of Odradek, and where it is set watches its cluster. */
const listenerKey = 'odradek.admin.listener';
const api = {
  name: 'DescribeWhys',
  request: describeWhysRequest,
  response: describeWhysResponse,
};

/**
 * What a broker with a console says of `subject`, as the JSON of `GET /api/why/…`. Undefined where no broker says
 * anything: those of Kafka do not, and are not asked, since they would take it for a defect of the client.
 */
export async function askWhys(cluster: Cluster, subject: WhySubject): Promise<string | undefined> {
  const { brokers } = await describeCluster(cluster);
  const serving = brokers.filter(({ isFenced }) => !isFenced).slice(0, triesMax);
  for (const { nodeId } of serving) {
    try {
      if (await watchesCluster(cluster, nodeId)) return await askOne(cluster, nodeId, subject);
    } catch (error) {
      // It has just died, or its console could not be started.
      if (!(error instanceof OdradekError)) throw error;
    }
  }
  return undefined;
}

async function watchesCluster(cluster: Cluster, nodeId: number): Promise<boolean> {
  const { results } = await cluster.requestTo(
    nodeId,
    apis.describeConfigs,
    {
      resources: [
        {
          resourceType: configResourceTypes.broker,
          resourceName: `${nodeId}`,
          configurationKeys: [listenerKey],
        },
      ],
    },
    { timeoutMs },
  );
  return (results[0]?.configs[0]?.value ?? '') !== '';
}

async function askOne(
  cluster: Cluster,
  nodeId: number,
  { kind, name }: WhySubject,
): Promise<string> {
  const body = { isGroup: kind === 'group', name };
  const { whys } = await cluster.requestTo(nodeId, api, body, { version: 0, timeoutMs });
  return new TextDecoder().decode(whys);
}
