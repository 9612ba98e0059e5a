import type { BatchError } from '../records/judge.ts';
import type { AppendRejection } from '../storage/log.ts';

/** Why a partition refuses a request: names of Kafka's errors. */
export type PartitionError =
  | AppendRejection
  | BatchError
  | 'UNKNOWN_TOPIC_OR_PARTITION'
  | 'UNKNOWN_TOPIC_ID'
  | 'INVALID_TOPIC_EXCEPTION'
  | 'INVALID_REQUIRED_ACKS'
  | 'UNKNOWN_SERVER_ERROR'
  | 'INVALID_REQUEST'
  | 'NOT_LEADER_OR_FOLLOWER'
  | 'FENCED_LEADER_EPOCH'
  | 'UNKNOWN_LEADER_EPOCH'
  | 'REQUEST_TIMED_OUT'
  | 'NOT_ENOUGH_REPLICAS'
  | 'NOT_ENOUGH_REPLICAS_AFTER_APPEND'
  | 'OFFSET_OUT_OF_RANGE'
  | 'POLICY_VIOLATION'
  | 'KAFKA_STORAGE_ERROR';
