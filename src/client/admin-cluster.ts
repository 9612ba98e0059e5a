import { errorCodes } from '../protocol/error-codes.ts';
import { apis } from './apis.ts';
import { brokerRefused } from './client-errors.ts';
import type { BrokerNode } from './cluster-metadata.ts';
import type { Cluster } from './cluster.ts';

/** A broker of the cluster. */
export interface BrokerDescription extends BrokerNode {
  /** Registered, but it does not serve: it has stopped, or is not let in yet. */
  readonly isFenced: boolean;
}

/** What a cluster says of itself. */
export interface ClusterDescription {
  readonly clusterId: string;
  /** -1 where there is none or nobody says. */
  readonly controllerId: number;
  /** Ordered by their ids. */
  readonly brokers: readonly BrokerDescription[];
}

/** The first version that shows fenced brokers (KIP-1073). */
const fencedFirstVersion = 2;

/** Asks for the brokers; fenced ones are among them where the cluster can tell. Throws `BROKER_REFUSED`. */
export function describeCluster(cluster: Cluster): Promise<ClusterDescription> {
  return cluster.retrying('DescribeCluster', async () => {
    const version = await cluster.versionOf(apis.describeCluster);
    const response = await cluster.requestAny(
      apis.describeCluster,
      {
        includeClusterAuthorizedOperations: false,
        includeFencedBrokers: version >= fencedFirstVersion,
      },
      { version },
    );
    if (response.errorCode !== errorCodes.NONE) {
      throw brokerRefused('describe the cluster', response.errorCode, response.errorMessage);
    }
    const { clusterId, controllerId } = response;
    const brokers = response.brokers.map(({ brokerId, host, port, rack, isFenced }) => ({
      nodeId: brokerId,
      host,
      port,
      rack,
      isFenced,
    }));
    return { clusterId, controllerId, brokers: brokers.toSorted((a, b) => a.nodeId - b.nodeId) };
  });
}

/** Has the cluster forget a broker that has stopped for good. Throws `BROKER_REFUSED`. */
export function unregisterBroker(cluster: Cluster, nodeId: number): Promise<void> {
  return cluster.retrying('UnregisterBroker', async () => {
    const { errorCode, errorMessage } = await cluster.requestController(apis.unregisterBroker, {
      brokerId: nodeId,
    });
    if (errorCode !== errorCodes.NONE) {
      throw brokerRefused(`unregister broker ${nodeId}`, errorCode, errorMessage);
    }
  });
}
