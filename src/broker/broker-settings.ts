import type { BrokerConfig } from '../config/broker-config.ts';
import type { ConfigLayers } from '../config/config-layers.ts';
import { resolveBrokerConfig } from '../config/resolve-broker-config.ts';
import { resolveLogConfig } from '../config/topic-config.ts';
import type { ControllerSettings } from '../controller/controller-settings.ts';
import { emptyConfig, type ClusterImage, type ConfigImage } from '../metadata/image.ts';
import type { LogConfig } from '../storage/log-config.ts';

/** The configuration of one broker as it is now: what it was started with, and what was set at run time above it. */
export class BrokerSettings {
  readonly #static: ReadonlyMap<string, string>;
  #layers: ConfigLayers;
  #config: BrokerConfig;

  /** `values` are what the broker is started with. Throws `INVALID_CONFIG`. */
  constructor(values: ReadonlyMap<string, string>) {
    this.#static = values;
    this.#layers = { dynamicBroker: new Map(), dynamicDefault: new Map(), static: values };
    this.#config = resolveBrokerConfig(this.#layers);
  }

  get config(): BrokerConfig {
    return this.#config;
  }

  /** What was set, by where. */
  get layers(): ConfigLayers {
    return this.#layers;
  }

  /** What the controller's decisions follow beside the image. */
  get ofController(): ControllerSettings {
    return { config: this.#config, layers: this.#layers };
  }

  /** The configuration of the logs of a topic whose own configs are `config`. */
  logConfig(config: ConfigImage): LogConfig {
    return {
      ...resolveLogConfig(config.values, this.#layers),
      producerIdExpirationMs: this.#config.producerIdExpirationMs,
    };
  }

  /** Takes up what was set at run time for this broker or for all. */
  take({ brokerConfigs, defaultBrokerConfig }: ClusterImage): void {
    this.#layers = {
      dynamicBroker: (brokerConfigs.get(this.#config.nodeId) ?? emptyConfig).values,
      dynamicDefault: defaultBrokerConfig.values,
      static: this.#static,
    };
    this.#config = resolveBrokerConfig(this.#layers);
  }
}
