import type { ConfigKey } from './config-key.ts';
import { adminKeys } from './keys/admin-keys.ts';
import { clusterKeys } from './keys/cluster-keys.ts';
import { coordinatorKeys } from './keys/coordinator-keys.ts';
import { groupKeys } from './keys/group-keys.ts';
import { logKeys } from './keys/log-keys.ts';
import { networkKeys } from './keys/network-keys.ts';
import { odradekKeys } from './keys/odradek-keys.ts';
import { remoteKeys } from './keys/remote-keys.ts';
import { saslKeys } from './keys/sasl-keys.ts';
import { tlsKeys } from './keys/tls-keys.ts';
import { topicKeys } from './keys/topic-keys.ts';

/** Every configuration key that Odradek knows: the one table. docs/CONFIGURATION.md is printed from it. */
export const configSections: readonly ConfigSection[] = [
  { title: 'Topics', keys: topicKeys },
  { title: 'Broker: topics, logs and their metadata', keys: logKeys },
  { title: 'Broker: listeners, connections and requests', keys: networkKeys },
  { title: 'Broker: bounds of queues, caches and waits', keys: odradekKeys },
  { title: 'Broker: console and HTTP', keys: adminKeys },
  { title: 'Broker: node, cluster, replication and quotas', keys: clusterKeys },
  { title: 'Broker: groups, offsets and transactions', keys: coordinatorKeys },
  { title: 'Broker: authentication and permission', keys: saslKeys },
  { title: 'Broker: TLS', keys: tlsKeys },
  { title: 'Broker: tiered storage', keys: remoteKeys },
  { title: 'Groups', keys: groupKeys },
];

/** Keys that belong together in the documentation. */
export interface ConfigSection {
  readonly title: string;
  readonly keys: readonly ConfigKey[];
}

const allKeys = configSections.flatMap(({ keys }) => keys);

/** Keys of topics, by name. */
export const topicConfigKeys: ReadonlyMap<string, ConfigKey> = byName('topic');
/** Keys of brokers, by name. */
export const brokerConfigKeys: ReadonlyMap<string, ConfigKey> = byName('broker');
/** Keys of groups, by name. */
export const groupConfigKeys: ReadonlyMap<string, ConfigKey> = byName('group');

function byName(scope: ConfigKey['scope']): ReadonlyMap<string, ConfigKey> {
  return new Map(allKeys.filter((key) => key.scope === scope).map((key) => [key.name, key]));
}
