import { bool, int16, int32, int64, request, response, string } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Asks for a producer id, for idempotent or transactional writes (KIP-98). From version 3 on a producer
 * can raise the epoch of the one it has (KIP-360). Version 6 joins a two-phase commit (KIP-939).
 */
export const initProducerIdRequest = request(
  { apiKey: 22, name: 'InitProducerIdRequest', versions: '0-6', flexible: '2+' },
  {
    transactionalId: string({ nullable: true }),
    transactionTimeoutMs: int32(),
    producerId: int64({ versions: '3+', default: -1 }),
    producerEpoch: int16({ versions: '3+', default: -1 }),
    enable2Pc: bool({ versions: '6+', default: false }),
    keepPreparedTxn: bool({ versions: '6+', default: false }),
  },
);

/** What `initProducerIdRequest` decodes to. */
export interface InitProducerIdRequest extends Infer<typeof initProducerIdRequest> {}

/**
 * The producer id and epoch to write with. Version 6 tells of a transaction that is still open
 * (KIP-939).
 */
export const initProducerIdResponse = response(
  { apiKey: 22, name: 'InitProducerIdResponse', versions: '0-6', flexible: '2+' },
  {
    throttleTimeMs: int32({ ignorable: true }),
    errorCode: int16(),
    producerId: int64({ default: -1 }),
    producerEpoch: int16(),
    ongoingTxnProducerId: int64({ versions: '6+', default: -1 }),
    ongoingTxnProducerEpoch: int16({ versions: '6+', default: -1 }),
  },
);

/** What `initProducerIdResponse` decodes to. */
export interface InitProducerIdResponse extends Infer<typeof initProducerIdResponse> {}
