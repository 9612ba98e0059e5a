import {
  array,
  int16,
  int32,
  int64,
  records,
  request,
  response,
  string,
  struct,
  uuid,
} from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Record batches to append, per partition. Versions 0 to 2 carried older batch formats and are gone.
 * Flexible since 9; 12 lets a transaction add partitions by producing to them (KIP-890); 13 names topics
 * by id (KIP-516).
 */
export const produceRequest = request(
  { apiKey: 0, name: 'ProduceRequest', versions: '3-13', flexible: '9+' },
  {
    transactionalId: string({ nullable: true, default: null }),
    acks: int16(),
    timeoutMs: int32(),
    topicData: array(
      struct({
        name: string({ versions: '0-12', ignorable: true }),
        topicId: uuid({ versions: '13+', ignorable: true }),
        partitionData: array(struct({ index: int32(), records: records({ nullable: true }) })),
      }),
    ),
  },
);

/** What `produceRequest` decodes to. */
export interface ProduceRequest extends Infer<typeof produceRequest> {}

/**
 * The base offset of what was appended to each partition, or why nothing was. Since version 8 it can
 * name the records at fault (KIP-467), since 10 the new leader where there is one (KIP-951).
 */
export const produceResponse = response(
  { apiKey: 0, name: 'ProduceResponse', versions: '3-13', flexible: '9+' },
  {
    responses: array(
      struct({
        name: string({ versions: '0-12', ignorable: true }),
        topicId: uuid({ versions: '13+', ignorable: true }),
        partitionResponses: array(
          struct({
            index: int32(),
            errorCode: int16(),
            baseOffset: int64(),
            logAppendTimeMs: int64({ default: -1, ignorable: true }),
            logStartOffset: int64({ versions: '5+', default: -1, ignorable: true }),
            recordErrors: array(
              struct({
                batchIndex: int32(),
                batchIndexErrorMessage: string({ nullable: true, default: null }),
              }),
              { versions: '8+', ignorable: true },
            ),
            errorMessage: string({
              versions: '8+',
              nullable: true,
              default: null,
              ignorable: true,
            }),
            currentLeader: struct(
              { leaderId: int32({ default: -1 }), leaderEpoch: int32({ default: -1 }) },
              { versions: '10+', tag: 0 },
            ),
          }),
        ),
      }),
    ),
    throttleTimeMs: int32({ default: 0, ignorable: true }),
    nodeEndpoints: array(
      struct({
        nodeId: int32(),
        host: string(),
        port: int32(),
        rack: string({ nullable: true, default: null }),
      }),
      { versions: '10+', tag: 0 },
    ),
  },
);

/** What `produceResponse` decodes to. */
export interface ProduceResponse extends Infer<typeof produceResponse> {}
