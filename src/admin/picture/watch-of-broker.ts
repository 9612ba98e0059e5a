import type { RunningBroker } from '../../broker/broker.ts';
import type { ClientRuntime } from '../../client/client-runtime.ts';
import { minInsyncReplicas } from '../../config/derived-defaults.ts';
import { resolveLogConfig } from '../../config/topic-config.ts';
import { ClusterWatch } from './cluster-watch.ts';

/** The watch of a broker over its cluster. */
export function clusterWatchOf(
  broker: RunningBroker,
  options: {
    readonly runtime: ClientRuntime;
    readonly keepsHistory: boolean;
    readonly defect: (error: unknown) => void;
  },
): ClusterWatch {
  const { runtime, keepsHistory, defect } = options;
  return new ClusterWatch(
    { nodeId: broker.config.nodeId, keepsHistory },
    {
      runtime,
      image: () => broker.metadata.image,
      onImageChange: (listener) => broker.metadata.onChange(listener),
      own: (question) => broker.figures.describe(question),
      interBrokerListenerName: () => broker.config.interBrokerListenerName,
      settings: ({ config, partitions }) => {
        const resolved = resolveLogConfig(config.values, broker.configLayers);
        const replicas = partitions[0]?.replicas.length ?? 1;
        return {
          minInsyncReplicas: minInsyncReplicas(resolved.minInsyncReplicas, replicas),
          uncleanLeaderElection: resolved.uncleanLeaderElectionEnable,
        };
      },
      defect,
    },
  );
}
