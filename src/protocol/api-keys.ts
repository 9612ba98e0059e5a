import { must } from '../util/assert.ts';

/**
 * The APIs of Kafka's protocol that a broker may serve, by name: the key that a request names, and the
 * first flexible version (KIP-482), or null for none. Which of them are served, and in which versions,
 * `apis/` says.
 */
const apis = {
  Produce: { key: 0, firstFlexibleVersion: 9 },
  Fetch: { key: 1, firstFlexibleVersion: 12 },
  ListOffsets: { key: 2, firstFlexibleVersion: 6 },
  Metadata: { key: 3, firstFlexibleVersion: 9 },
  OffsetCommit: { key: 8, firstFlexibleVersion: 8 },
  OffsetFetch: { key: 9, firstFlexibleVersion: 6 },
  FindCoordinator: { key: 10, firstFlexibleVersion: 3 },
  JoinGroup: { key: 11, firstFlexibleVersion: 6 },
  Heartbeat: { key: 12, firstFlexibleVersion: 4 },
  LeaveGroup: { key: 13, firstFlexibleVersion: 4 },
  SyncGroup: { key: 14, firstFlexibleVersion: 4 },
  DescribeGroups: { key: 15, firstFlexibleVersion: 5 },
  ListGroups: { key: 16, firstFlexibleVersion: 3 },
  SaslHandshake: { key: 17, firstFlexibleVersion: null },
  ApiVersions: { key: 18, firstFlexibleVersion: 3 },
  CreateTopics: { key: 19, firstFlexibleVersion: 5 },
  DeleteTopics: { key: 20, firstFlexibleVersion: 4 },
  DeleteRecords: { key: 21, firstFlexibleVersion: 2 },
  InitProducerId: { key: 22, firstFlexibleVersion: 2 },
  OffsetForLeaderEpoch: { key: 23, firstFlexibleVersion: 4 },
  AddPartitionsToTxn: { key: 24, firstFlexibleVersion: 3 },
  AddOffsetsToTxn: { key: 25, firstFlexibleVersion: 3 },
  EndTxn: { key: 26, firstFlexibleVersion: 3 },
  WriteTxnMarkers: { key: 27, firstFlexibleVersion: 0 },
  TxnOffsetCommit: { key: 28, firstFlexibleVersion: 3 },
  DescribeAcls: { key: 29, firstFlexibleVersion: 2 },
  CreateAcls: { key: 30, firstFlexibleVersion: 2 },
  DeleteAcls: { key: 31, firstFlexibleVersion: 2 },
  DescribeConfigs: { key: 32, firstFlexibleVersion: 4 },
  AlterConfigs: { key: 33, firstFlexibleVersion: 2 },
  AlterReplicaLogDirs: { key: 34, firstFlexibleVersion: 2 },
  DescribeLogDirs: { key: 35, firstFlexibleVersion: 2 },
  SaslAuthenticate: { key: 36, firstFlexibleVersion: 2 },
  CreatePartitions: { key: 37, firstFlexibleVersion: 2 },
  CreateDelegationToken: { key: 38, firstFlexibleVersion: 2 },
  RenewDelegationToken: { key: 39, firstFlexibleVersion: 2 },
  ExpireDelegationToken: { key: 40, firstFlexibleVersion: 2 },
  DescribeDelegationToken: { key: 41, firstFlexibleVersion: 2 },
  DeleteGroups: { key: 42, firstFlexibleVersion: 2 },
  ElectLeaders: { key: 43, firstFlexibleVersion: 2 },
  IncrementalAlterConfigs: { key: 44, firstFlexibleVersion: 1 },
  AlterPartitionReassignments: { key: 45, firstFlexibleVersion: 0 },
  ListPartitionReassignments: { key: 46, firstFlexibleVersion: 0 },
  OffsetDelete: { key: 47, firstFlexibleVersion: null },
  DescribeClientQuotas: { key: 48, firstFlexibleVersion: 1 },
  AlterClientQuotas: { key: 49, firstFlexibleVersion: 1 },
  DescribeUserScramCredentials: { key: 50, firstFlexibleVersion: 0 },
  AlterUserScramCredentials: { key: 51, firstFlexibleVersion: 0 },
  DescribeQuorum: { key: 55, firstFlexibleVersion: 0 },
  UpdateFeatures: { key: 57, firstFlexibleVersion: 0 },
  DescribeCluster: { key: 60, firstFlexibleVersion: 0 },
  DescribeProducers: { key: 61, firstFlexibleVersion: 0 },
  UnregisterBroker: { key: 64, firstFlexibleVersion: 0 },
  DescribeTransactions: { key: 65, firstFlexibleVersion: 0 },
  ListTransactions: { key: 66, firstFlexibleVersion: 0 },
  ConsumerGroupHeartbeat: { key: 68, firstFlexibleVersion: 0 },
  ConsumerGroupDescribe: { key: 69, firstFlexibleVersion: 0 },
  GetTelemetrySubscriptions: { key: 71, firstFlexibleVersion: 0 },
  PushTelemetry: { key: 72, firstFlexibleVersion: 0 },
  ListConfigResources: { key: 74, firstFlexibleVersion: 0 },
  DescribeTopicPartitions: { key: 75, firstFlexibleVersion: 0 },
  ShareGroupHeartbeat: { key: 76, firstFlexibleVersion: 0 },
  ShareGroupDescribe: { key: 77, firstFlexibleVersion: 0 },
  ShareFetch: { key: 78, firstFlexibleVersion: 0 },
  ShareAcknowledge: { key: 79, firstFlexibleVersion: 0 },
  AddRaftVoter: { key: 80, firstFlexibleVersion: 0 },
  RemoveRaftVoter: { key: 81, firstFlexibleVersion: 0 },
  InitializeShareGroupState: { key: 83, firstFlexibleVersion: 0 },
  ReadShareGroupState: { key: 84, firstFlexibleVersion: 0 },
  WriteShareGroupState: { key: 85, firstFlexibleVersion: 0 },
  DeleteShareGroupState: { key: 86, firstFlexibleVersion: 0 },
  ReadShareGroupStateSummary: { key: 87, firstFlexibleVersion: 0 },
  StreamsGroupHeartbeat: { key: 88, firstFlexibleVersion: 0 },
  StreamsGroupDescribe: { key: 89, firstFlexibleVersion: 0 },
  DescribeShareGroupOffsets: { key: 90, firstFlexibleVersion: 0 },
  AlterShareGroupOffsets: { key: 91, firstFlexibleVersion: 0 },
  DeleteShareGroupOffsets: { key: 92, firstFlexibleVersion: 0 },
} as const satisfies Record<string, { key: number; firstFlexibleVersion: number | null }>;

/** APIs of our own, which no client is told of. */
const ownApis = {
  BrokerFigures: { key: 32_000, firstFlexibleVersion: 0 },
  DescribeWhys: { key: 32_001, firstFlexibleVersion: 0 },
} as const;

/** The name of an API, as Kafka has it: `Produce`. */
export type ApiName = keyof typeof apis;

interface Api {
  readonly key: number;
  readonly name: ApiName | keyof typeof ownApis;
  readonly firstFlexibleVersion: number;
}

const byKey = new Map<number, Api>();
for (const name of Object.keys(ownApis) as (keyof typeof ownApis)[]) {
  byKey.set(ownApis[name].key, { name, ...ownApis[name] });
}
for (const name of Object.keys(apis) as ApiName[]) {
  const { key, firstFlexibleVersion } = apis[name];
  byKey.set(key, { key, name, firstFlexibleVersion: firstFlexibleVersion ?? Infinity });
}

/** Each API's key by its name. */
export const apiKeys = Object.fromEntries(
  Object.entries(apis).map(([name, { key }]) => [name, key]),
) as { readonly [N in ApiName]: (typeof apis)[N]['key'] };

/** The name of the API with `key`; undefined for a key that neither Kafka nor Odradek has. */
export function apiName(key: number): Api['name'] | undefined {
  return byKey.get(key)?.name;
}

/**
 * The version of the header in front of a request: 2 where the request is flexible, else 1. `version` may
 * be one that does not exist. Asserts that the API does.
 */
export function requestHeaderVersion(apiKey: number, version: number): 1 | 2 {
  return version >= apiWithKey(apiKey).firstFlexibleVersion ? 2 : 1;
}

/**
 * The version of the header in front of a response: 1 where the response is flexible, else 0. It is 0 for
 * every ApiVersions, whose answer is read before versions are agreed on (KIP-511).
 */
export function responseHeaderVersion(apiKey: number, version: number): 0 | 1 {
  if (apiKey === apis.ApiVersions.key) return 0;
  return version >= apiWithKey(apiKey).firstFlexibleVersion ? 1 : 0;
}

function apiWithKey(key: number): Api {
  return must(byKey.get(key), 'there is an API with this key');
}
