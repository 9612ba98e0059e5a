/// <reference types="node" preserve="true" />
import type { Cluster, ClusterOptions } from './broker/cluster-api.ts';
import { startEmbedded } from './broker/embedded.ts';
import { startCluster } from './broker/embedded/start-cluster.ts';
import type { Broker, BrokerOptions } from './broker/public-api.ts';
import { loadAdmin } from './load-admin.ts';

export type {
  Cluster,
  ClusterBroker,
  ClusterBrokerState,
  ClusterOptions,
  ClusterTopicOptions,
} from './broker/cluster-api.ts';
export type {
  Broker,
  BrokerOptions,
  ConsoleOptions,
  TopicOptions,
  TopicRecord,
} from './broker/public-api.ts';
export type { ConfigInput } from './config/load-broker-config.ts';
export type { LogFields, Logger } from './util/logger.ts';
export { OdradekError } from './util/odradek-error.ts';
export type { OdradekErrorCode, OdradekErrorDetails } from './util/odradek-error.ts';

/** The modules of threads stand beside this one, as source or compiled. */
const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
const workerUrl = new URL(`./background-worker${extension}`, import.meta.url);
const brokerUrl = new URL(`./broker-worker${extension}`, import.meta.url);

/**
 * Starts a broker in this process. Resolves once clients can use it.
 *
 * It reads no environment, adds no handlers to the process and never ends it. Rejects with an
 * `OdradekError`: `INVALID_ARGUMENT` for an option that does not exist or a value that it cannot have,
 * `BROKER_REFUSED` for a topic, `INVALID_CONFIG`, `UNKNOWN_CONFIG`, `PORT_IN_USE`, `ADDRESS_UNAVAILABLE`,
 * `DATA_DIR_LOCKED`, `NEWER_FORMAT`, `CORRUPT_DATA`, `DISK_FULL`,
 * `TOO_MANY_OPEN_FILES`, `IO_ERROR`; where the metadata is in etcd, `TIMED_OUT` and `METADATA_REFUSED`.
 */
export function createBroker(options: BrokerOptions = {}): Promise<Broker> {
  return startEmbedded(options, { workerUrl, startAdmin: loadAdmin });
}

/**
 * Starts several brokers in this thread, which are one cluster on one metadata store. Resolves once clients can
 * use all of them. What brokers and machines suffer can be done to them: see `Cluster`. Rejects as `createBroker`
 * does.
 */
export function createCluster(options: ClusterOptions = {}): Promise<Cluster> {
  return startCluster(options, { workerUrl, brokerUrl, startAdmin: loadAdmin });
}
