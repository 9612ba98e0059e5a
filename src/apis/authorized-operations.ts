/**
 * The operations that a client may do, as a bit field (KIP-430): bit n for the operation with code n. There
 * is no authorizer, so that it is every operation that the kind of resource has.
 */

/** What an answer holds when the client did not ask. */
export const operationsNotAsked = -2_147_483_648;

const operations = {
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DELETE: 6,
  ALTER: 7,
  DESCRIBE: 8,
  CLUSTER_ACTION: 9,
  DESCRIBE_CONFIGS: 10,
  ALTER_CONFIGS: 11,
  IDEMPOTENT_WRITE: 12,
} as const;

function bits(...names: readonly (keyof typeof operations)[]): number {
  let field = 0;
  for (const name of names) field |= 1 << operations[name];
  return field;
}

/** What may be done to a topic. */
export const topicOperations = bits(
  'READ',
  'WRITE',
  'CREATE',
  'DELETE',
  'ALTER',
  'DESCRIBE',
  'DESCRIBE_CONFIGS',
  'ALTER_CONFIGS',
);

/** What may be done to the cluster. */
export const clusterOperations = bits(
  'CREATE',
  'ALTER',
  'DESCRIBE',
  'CLUSTER_ACTION',
  'DESCRIBE_CONFIGS',
  'ALTER_CONFIGS',
  'IDEMPOTENT_WRITE',
);

/** What may be done to a group. */
export const groupOperations = bits(
  'READ',
  'DELETE',
  'DESCRIBE',
  'DESCRIBE_CONFIGS',
  'ALTER_CONFIGS',
);
