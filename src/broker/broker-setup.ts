import type { MetadataStore } from '../metadata/store.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Logger } from '../util/logger.ts';

/** What a broker is made of, beside its configuration. */
export interface BrokerSetup {
  /** Valid values by key, as `loadBrokerConfig` answers them. */
  readonly values: ReadonlyMap<string, string>;
  /** The log directories, absolute; at least one. */
  readonly directories: readonly string[];
  /** Where the metadata journal is. */
  readonly metadataDirectory: string;
  /** Nothing is ever synced to disk. */
  readonly temporary: boolean;
  /** The directories are on no disk. False unless given. */
  readonly inMemory?: boolean;
}

/** What a broker runs on. */
export interface BrokerModules {
  readonly runtime: Runtime;
  readonly logger: Logger;
  /** The cluster's, closed with the broker; unless given, the one that the configuration names. */
  readonly store?: MetadataStore;
}
