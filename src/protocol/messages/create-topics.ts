import {
  array,
  bool,
  int16,
  int32,
  int8,
  request,
  response,
  string,
  struct,
  uuid,
} from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Creates topics, with a number of partitions or with an assignment of replicas. From version 4 on, -1
 * asks for the broker's defaults (KIP-464).
 */
export const createTopicsRequest = request(
  { apiKey: 19, name: 'CreateTopicsRequest', versions: '2-7', flexible: '5+' },
  {
    topics: array(
      struct({
        name: string(),
        numPartitions: int32(),
        replicationFactor: int16(),
        assignments: array(struct({ partitionIndex: int32(), brokerIds: array(int32()) })),
        configs: array(struct({ name: string(), value: string({ nullable: true }) })),
      }),
    ),
    timeoutMs: int32({ default: 60000 }),
    validateOnly: bool({ default: false }),
  },
);

/** What `createTopicsRequest` decodes to. */
export interface CreateTopicsRequest extends Infer<typeof createTopicsRequest> {}

/**
 * The outcome for each topic; since version 5 with the topic's configuration (KIP-525), since 7 with its
 * id.
 */
export const createTopicsResponse = response(
  { apiKey: 19, name: 'CreateTopicsResponse', versions: '2-7', flexible: '5+' },
  {
    throttleTimeMs: int32({ ignorable: true }),
    topics: array(
      struct({
        name: string(),
        topicId: uuid({ versions: '7+', ignorable: true }),
        errorCode: int16(),
        errorMessage: string({ nullable: true, ignorable: true }),
        topicConfigErrorCode: int16({ versions: '5+', tag: 0, ignorable: true }),
        numPartitions: int32({ versions: '5+', default: -1, ignorable: true }),
        replicationFactor: int16({ versions: '5+', default: -1, ignorable: true }),
        configs: array(
          struct({
            name: string(),
            value: string({ nullable: true }),
            readOnly: bool(),
            configSource: int8({ default: -1, ignorable: true }),
            isSensitive: bool(),
          }),
          { versions: '5+', nullable: true, ignorable: true },
        ),
      }),
    ),
  },
);

/** What `createTopicsResponse` decodes to. */
export interface CreateTopicsResponse extends Infer<typeof createTopicsResponse> {}
