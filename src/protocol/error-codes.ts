/**
 * All error codes of Kafka 4.3, in the order of the codes: the number, and one sentence for people.
 * What a client does about them is in the two sets below.
 */
const errors = {
  UNKNOWN_SERVER_ERROR: [-1, 'The broker failed in a way that it has no code for.'],
  NONE: [0, 'All went well.'],
  OFFSET_OUT_OF_RANGE: [1, 'The offset lies before the start or behind the end of the log.'],
  CORRUPT_MESSAGE: [
    2,
    'A record batch does not match its checksum, or its header contradicts its bytes.',
  ],
  UNKNOWN_TOPIC_OR_PARTITION: [
    3,
    'No topic of this name, or no such partition of it, is on this broker.',
  ],
  INVALID_FETCH_SIZE: [4, 'The number of bytes that a fetch asks for makes no sense.'],
  LEADER_NOT_AVAILABLE: [5, 'The partition has no leader now; one may be elected soon.'],
  NOT_LEADER_OR_FOLLOWER: [
    6,
    'This broker does not lead the partition, or is not among its replicas.',
  ],
  REQUEST_TIMED_OUT: [7, 'What the request waited for did not happen within its timeout.'],
  BROKER_NOT_AVAILABLE: [8, 'The broker that the request is about is not alive.'],
  REPLICA_NOT_AVAILABLE: [9, 'The replica is not here, or not yet.'],
  MESSAGE_TOO_LARGE: [10, 'A record batch is larger than the topic allows.'],
  STALE_CONTROLLER_EPOCH: [
    11,
    'The request comes from a controller that a newer one has replaced.',
  ],
  OFFSET_METADATA_TOO_LARGE: [12, 'The text that goes with a committed offset is too long.'],
  NETWORK_EXCEPTION: [13, 'The connection broke before an answer came.'],
  COORDINATOR_LOAD_IN_PROGRESS: [14, 'The coordinator is reading its log and will answer shortly.'],
  COORDINATOR_NOT_AVAILABLE: [15, 'The group or transaction has no coordinator now.'],
  NOT_COORDINATOR: [16, 'Another broker coordinates this group or transaction.'],
  INVALID_TOPIC_EXCEPTION: [
    17,
    'The name of the topic is not legal, or what is asked is not allowed for it.',
  ],
  RECORD_LIST_TOO_LARGE: [18, 'The batches of one partition are larger together than a segment.'],
  NOT_ENOUGH_REPLICAS: [
    19,
    'Fewer replicas are in sync than min.insync.replicas asks for; nothing was written.',
  ],
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: [
    20,
    'The batch was written, but too few replicas are in sync to acknowledge it.',
  ],
  INVALID_REQUIRED_ACKS: [21, 'The acks of a produce request are none of -1, 0 and 1.'],
  ILLEGAL_GENERATION: [22, 'The member is of another generation of its group.'],
  INCONSISTENT_GROUP_PROTOCOL: [
    23,
    'The member supports no protocol that the others of its group support, or is of another type.',
  ],
  INVALID_GROUP_ID: [24, 'The group id is empty or otherwise not legal.'],
  UNKNOWN_MEMBER_ID: [25, 'The group has no member of this id.'],
  INVALID_SESSION_TIMEOUT: [
    26,
    'The session timeout is outside the bounds that the broker is configured with.',
  ],
  REBALANCE_IN_PROGRESS: [27, 'The group is rebalancing: the member is to join again.'],
  INVALID_COMMIT_OFFSET_SIZE: [
    28,
    'The committed offsets and their metadata are too large to be stored.',
  ],
  TOPIC_AUTHORIZATION_FAILED: [29, 'The principal may not do this with the topic.'],
  GROUP_AUTHORIZATION_FAILED: [30, 'The principal may not do this with the group.'],
  CLUSTER_AUTHORIZATION_FAILED: [31, 'The principal may not do this with the cluster.'],
  INVALID_TIMESTAMP: [
    32,
    "A record's timestamp is further from the broker's clock than the topic allows.",
  ],
  UNSUPPORTED_SASL_MECHANISM: [33, 'The broker does not offer this SASL mechanism.'],
  ILLEGAL_SASL_STATE: [34, 'The request is not allowed at this point of the authentication.'],
  UNSUPPORTED_VERSION: [35, 'This version of the API, or what it asks for, is not supported.'],
  TOPIC_ALREADY_EXISTS: [36, 'There is a topic of this name already.'],
  INVALID_PARTITIONS: [37, 'The number of partitions is not legal, or not more than before.'],
  INVALID_REPLICATION_FACTOR: [
    38,
    'The replication factor is below one or above the number of brokers.',
  ],
  INVALID_REPLICA_ASSIGNMENT: [39, 'The replicas that the request assigns are not possible.'],
  INVALID_CONFIG: [40, 'A configuration key is unknown here, or its value is not legal.'],
  NOT_CONTROLLER: [41, 'This broker is not the controller.'],
  INVALID_REQUEST: [42, 'The request contradicts itself or asks for what the broker does not do.'],
  UNSUPPORTED_FOR_MESSAGE_FORMAT: [
    43,
    'The format of the records on this broker does not support the request.',
  ],
  POLICY_VIOLATION: [44, 'A policy of the cluster forbids the request.'],
  OUT_OF_ORDER_SEQUENCE_NUMBER: [
    45,
    "The sequence number of an idempotent producer's batch does not follow the one before.",
  ],
  DUPLICATE_SEQUENCE_NUMBER: [46, 'A batch with this sequence number was written already.'],
  INVALID_PRODUCER_EPOCH: [47, 'A producer of this id with a newer epoch has written already.'],
  INVALID_TXN_STATE: [48, 'The transaction is in a state in which this is not possible.'],
  INVALID_PRODUCER_ID_MAPPING: [49, 'The producer id is not the one of this transactional id.'],
  INVALID_TRANSACTION_TIMEOUT: [50, 'The transaction timeout is above transaction.max.timeout.ms.'],
  CONCURRENT_TRANSACTIONS: [51, 'The transaction before this one is still being completed.'],
  TRANSACTION_COORDINATOR_FENCED: [52, 'The coordinator that wrote the marker has been replaced.'],
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: [53, 'The principal may not use the transactional id.'],
  SECURITY_DISABLED: [54, 'The broker has no authorizer, so that it has no ACLs.'],
  OPERATION_NOT_ATTEMPTED: [
    55,
    'Nothing was tried, since another part of the request was refused.',
  ],
  KAFKA_STORAGE_ERROR: [56, 'The log directory of the partition cannot be read or written.'],
  LOG_DIR_NOT_FOUND: [57, 'The broker has no such log directory.'],
  SASL_AUTHENTICATION_FAILED: [58, 'The credentials were not accepted.'],
  UNKNOWN_PRODUCER_ID: [59, 'Nothing that this producer wrote is in the log any longer.'],
  REASSIGNMENT_IN_PROGRESS: [60, 'The partition is being moved to other replicas.'],
  DELEGATION_TOKEN_AUTH_DISABLED: [61, 'Delegation tokens are switched off.'],
  DELEGATION_TOKEN_NOT_FOUND: [62, 'The broker has no such delegation token.'],
  DELEGATION_TOKEN_OWNER_MISMATCH: [
    63,
    'The principal neither owns nor may renew the delegation token.',
  ],
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: [
    64,
    'Requests about delegation tokens are not allowed on this kind of connection.',
  ],
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: [
    65,
    'The principal may not do this with the delegation token.',
  ],
  DELEGATION_TOKEN_EXPIRED: [66, 'The delegation token is no longer valid.'],
  INVALID_PRINCIPAL_TYPE: [67, 'Principals of this type are not supported.'],
  NON_EMPTY_GROUP: [68, 'The group still has members.'],
  GROUP_ID_NOT_FOUND: [69, 'There is no group of this id.'],
  FETCH_SESSION_ID_NOT_FOUND: [
    70,
    'The broker has no fetch session of this id, perhaps not any longer.',
  ],
  INVALID_FETCH_SESSION_EPOCH: [71, 'The epoch of the fetch session is not the one that follows.'],
  LISTENER_NOT_FOUND: [72, 'The leader has no listener of the name that the request came in by.'],
  TOPIC_DELETION_DISABLED: [73, 'Topics cannot be deleted, as delete.topic.enable says.'],
  FENCED_LEADER_EPOCH: [74, "The leader epoch of the request is older than the partition's."],
  UNKNOWN_LEADER_EPOCH: [
    75,
    'The leader epoch of the request is newer than what this broker knows.',
  ],
  UNSUPPORTED_COMPRESSION_TYPE: [76, 'The client or the topic does not support this compression.'],
  STALE_BROKER_EPOCH: [77, 'The request is of an earlier life of the broker.'],
  OFFSET_NOT_AVAILABLE: [78, 'A new leader does not know its high watermark yet.'],
  MEMBER_ID_REQUIRED: [79, 'The member is to join again with the id that came with this answer.'],
  PREFERRED_LEADER_NOT_AVAILABLE: [80, 'The preferred leader is not alive or not in sync.'],
  GROUP_MAX_SIZE_REACHED: [81, 'The group has as many members as it may have.'],
  FENCED_INSTANCE_ID: [82, 'Another member took over this group instance id.'],
  ELIGIBLE_LEADERS_NOT_AVAILABLE: [83, 'No replica that could lead the partition is alive.'],
  ELECTION_NOT_NEEDED: [84, 'The partition has the leader already that an election would give it.'],
  NO_REASSIGNMENT_IN_PROGRESS: [85, 'The partition is not being moved.'],
  GROUP_SUBSCRIBED_TO_TOPIC: [
    86,
    'Offsets of a topic cannot be deleted while members of the group read it.',
  ],
  INVALID_RECORD: [
    87,
    'A record breaks a rule of its topic, such as a missing key in a compacted one.',
  ],
  UNSTABLE_OFFSET_COMMIT: [88, 'Offsets of an open transaction are pending.'],
  THROTTLING_QUOTA_EXCEEDED: [89, 'The quota for changes of topics is used up for now.'],
  PRODUCER_FENCED: [90, 'A newer producer uses the same transactional id.'],
  RESOURCE_NOT_FOUND: [91, 'What the request is about does not exist.'],
  DUPLICATE_RESOURCE: [92, 'The request names one thing twice.'],
  UNACCEPTABLE_CREDENTIAL: [93, 'The credential is empty or weaker than allowed.'],
  INCONSISTENT_VOTER_SET: [94, 'The sender or receiver is not among the voters that are expected.'],
  INVALID_UPDATE_VERSION: [95, 'The version that a feature shall get is not possible.'],
  FEATURE_UPDATE_FAILED: [96, 'The versions of features could not be changed.'],
  PRINCIPAL_DESERIALIZATION_FAILURE: [97, 'A principal that was passed on cannot be read.'],
  SNAPSHOT_NOT_FOUND: [98, 'There is no such snapshot.'],
  POSITION_OUT_OF_RANGE: [99, 'The position lies behind the end of the snapshot.'],
  UNKNOWN_TOPIC_ID: [100, 'No topic of this id is on this broker.'],
  DUPLICATE_BROKER_REGISTRATION: [101, 'A living broker has this id already.'],
  BROKER_ID_NOT_REGISTERED: [102, 'No broker of this id is registered.'],
  INCONSISTENT_TOPIC_ID: [103, 'The topic of this name has another id.'],
  INCONSISTENT_CLUSTER_ID: [104, 'The request is meant for another cluster.'],
  TRANSACTIONAL_ID_NOT_FOUND: [105, 'The coordinator knows no such transactional id.'],
  FETCH_SESSION_TOPIC_ID_ERROR: [
    106,
    'A fetch session began with topic names and goes on with topic ids, or the other way round.',
  ],
  INELIGIBLE_REPLICA: [107, 'A replica that shall count as in sync cannot.'],
  NEW_LEADER_ELECTED: [108, 'The change made another replica the leader.'],
  OFFSET_MOVED_TO_TIERED_STORAGE: [
    109,
    'The offset is no longer on the broker but in remote storage.',
  ],
  FENCED_MEMBER_EPOCH: [
    110,
    "The member's epoch is not the coordinator's: the member gives up its partitions and joins again.",
  ],
  UNRELEASED_INSTANCE_ID: [111, 'The group instance id belongs to a member that has not left.'],
  UNSUPPORTED_ASSIGNOR: [
    112,
    'The coordinator does not have the assignor that the member asks for.',
  ],
  STALE_MEMBER_EPOCH: [
    113,
    "The member's epoch has passed: the request is to be sent with the new one.",
  ],
  MISMATCHED_ENDPOINT_TYPE: [
    114,
    'The request was sent to a controller but meant for a broker, or the other way round.',
  ],
  UNSUPPORTED_ENDPOINT_TYPE: [115, 'This kind of endpoint is not supported.'],
  UNKNOWN_CONTROLLER_ID: [116, 'There is no controller of this id.'],
  UNKNOWN_SUBSCRIPTION_ID: [
    117,
    'The telemetry subscription has changed since the client asked for it.',
  ],
  TELEMETRY_TOO_LARGE: [118, 'The pushed metrics are larger than the broker takes.'],
  INVALID_REGISTRATION: [119, 'The registration of a broker is not acceptable.'],
  TRANSACTION_ABORTABLE: [120, 'The transaction can only be aborted.'],
  INVALID_RECORD_STATE: [121, 'A share consumer acknowledges a record that it has not acquired.'],
  SHARE_SESSION_NOT_FOUND: [122, 'The broker has no such share session, perhaps not any longer.'],
  INVALID_SHARE_SESSION_EPOCH: [123, 'The epoch of the share session is not the one that follows.'],
  FENCED_STATE_EPOCH: [124, 'The state of the share partition has a newer epoch.'],
  INVALID_VOTER_KEY: [125, "The voter's id or directory is not the one of the receiver."],
  DUPLICATE_VOTER: [126, 'The voter is one already.'],
  VOTER_NOT_FOUND: [127, 'There is no such voter.'],
  INVALID_REGULAR_EXPRESSION: [128, 'The regular expression cannot be read.'],
  REBOOTSTRAP_REQUIRED: [129, 'The client is to start over from its bootstrap servers.'],
  STREAMS_INVALID_TOPOLOGY: [130, 'The topology of a streams group contradicts itself.'],
  STREAMS_INVALID_TOPOLOGY_EPOCH: [131, 'The epoch of the topology is not legal.'],
  STREAMS_TOPOLOGY_FENCED: [132, 'The epoch of the topology has passed.'],
  SHARE_SESSION_LIMIT_REACHED: [133, 'The broker has as many share sessions as it may have.'],
} as const satisfies Readonly<Record<string, readonly [code: number, meaning: string]>>;

/** The name of an error code, as Kafka has it. */
export type ErrorName = keyof typeof errors;

/** Errors behind which the same request may succeed later, unchanged. */
const retriable: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'CORRUPT_MESSAGE',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'REQUEST_TIMED_OUT',
  'REPLICA_NOT_AVAILABLE',
  'NETWORK_EXCEPTION',
  'COORDINATOR_LOAD_IN_PROGRESS',
  'COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR',
  'NOT_ENOUGH_REPLICAS',
  'NOT_ENOUGH_REPLICAS_AFTER_APPEND',
  'NOT_CONTROLLER',
  'CONCURRENT_TRANSACTIONS',
  'KAFKA_STORAGE_ERROR',
  'FETCH_SESSION_ID_NOT_FOUND',
  'INVALID_FETCH_SESSION_EPOCH',
  'LISTENER_NOT_FOUND',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'OFFSET_NOT_AVAILABLE',
  'PREFERRED_LEADER_NOT_AVAILABLE',
  'ELIGIBLE_LEADERS_NOT_AVAILABLE',
  'ELECTION_NOT_NEEDED',
  'UNSTABLE_OFFSET_COMMIT',
  'THROTTLING_QUOTA_EXCEEDED',
  'UNKNOWN_TOPIC_ID',
  'INCONSISTENT_TOPIC_ID',
  'FETCH_SESSION_TOPIC_ID_ERROR',
  'SHARE_SESSION_NOT_FOUND',
  'INVALID_SHARE_SESSION_EPOCH',
  'SHARE_SESSION_LIMIT_REACHED',
]);

/** The retriable ones behind which a client asks for new metadata first. */
const metadataStale: ReadonlySet<ErrorName> = new Set<ErrorName>([
  'UNKNOWN_TOPIC_OR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'NOT_LEADER_OR_FOLLOWER',
  'REPLICA_NOT_AVAILABLE',
  'NETWORK_EXCEPTION',
  'KAFKA_STORAGE_ERROR',
  'LISTENER_NOT_FOUND',
  'FENCED_LEADER_EPOCH',
  'PREFERRED_LEADER_NOT_AVAILABLE',
  'ELIGIBLE_LEADERS_NOT_AVAILABLE',
  'ELECTION_NOT_NEEDED',
  'UNKNOWN_TOPIC_ID',
  'INCONSISTENT_TOPIC_ID',
]);

/** One of Kafka's error codes, as it stands in a response. */
export interface ErrorEntry {
  readonly code: number;
  readonly name: ErrorName;
  /** Whether the same request may succeed later, unchanged. */
  readonly retriable: boolean;
  /** Whether a client is to ask for new metadata first. */
  readonly invalidatesMetadata: boolean;
  /** One sentence for people. */
  readonly meaning: string;
}

/** All error codes with what is known of them, in the order of the codes. */
export const errorTable: readonly ErrorEntry[] = (Object.keys(errors) as ErrorName[]).map(
  (name) => ({
    code: errors[name][0],
    name,
    retriable: retriable.has(name),
    invalidatesMetadata: metadataStale.has(name),
    meaning: errors[name][1],
  }),
);

/** Each error's code by its name. */
export const errorCodes = Object.fromEntries(errorTable.map(({ name, code }) => [name, code])) as {
  readonly [N in ErrorName]: (typeof errors)[N][0];
};

const byCode: ReadonlyMap<number, ErrorEntry> = new Map(
  errorTable.map((entry) => [entry.code, entry]),
);

/** The name of an error; undefined for a code that Kafka 4.3 does not have. */
export function errorName(code: number): ErrorName | undefined {
  return byCode.get(code)?.name;
}

/** Whether a client may send the same request again; false for codes that are not known. */
export function isRetriable(code: number): boolean {
  return byCode.get(code)?.retriable ?? false;
}

/** One sentence about the error, or undefined for a code that is not known. */
export function errorMeaning(code: number): string | undefined {
  return byCode.get(code)?.meaning;
}
