import type { BrokerConfig } from '../config/broker-config.ts';
import type { ConfigLayers } from '../config/config-layers.ts';

/** What decisions follow beside the image: the controller's own configuration. */
export interface ControllerSettings {
  readonly config: Pick<
    BrokerConfig,
    | 'numPartitions'
    | 'defaultReplicationFactor'
    | 'deleteTopicEnable'
    | 'offsetsTopicReplicationFactor'
    | 'partitionsPerRequestMax'
  >;
  readonly layers: ConfigLayers;
}
