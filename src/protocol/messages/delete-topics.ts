import { array, int16, int32, request, response, string, struct, uuid } from '../schema.ts';
import type { Infer } from '../schema.ts';

/** Deletes topics by name, from version 6 on by name or by id (KIP-516). */
export const deleteTopicsRequest = request(
  { apiKey: 20, name: 'DeleteTopicsRequest', versions: '1-6', flexible: '4+' },
  {
    topics: array(struct({ name: string({ nullable: true, default: null }), topicId: uuid() }), {
      versions: '6+',
    }),
    topicNames: array(string(), { versions: '0-5', ignorable: true }),
    timeoutMs: int32(),
  },
);

/** What `deleteTopicsRequest` decodes to. */
export interface DeleteTopicsRequest extends Infer<typeof deleteTopicsRequest> {}

/** The outcome for each topic; with a message since version 5. */
export const deleteTopicsResponse = response(
  { apiKey: 20, name: 'DeleteTopicsResponse', versions: '1-6', flexible: '4+' },
  {
    throttleTimeMs: int32({ ignorable: true }),
    responses: array(
      struct({
        name: string({ nullable: '6+' }),
        topicId: uuid({ versions: '6+', ignorable: true }),
        errorCode: int16(),
        errorMessage: string({ versions: '5+', nullable: true, default: null, ignorable: true }),
      }),
    ),
  },
);

/** What `deleteTopicsResponse` decodes to. */
export interface DeleteTopicsResponse extends Infer<typeof deleteTopicsResponse> {}
