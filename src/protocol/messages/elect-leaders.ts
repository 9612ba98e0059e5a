import { array, int16, int32, int8, request, response, string, struct } from '../schema.ts';
import type { Infer } from '../schema.ts';

/**
 * Makes the preferred, or where there is none an unclean replica the leader (KIP-183, KIP-460). A null
 * list means all partitions.
 */
export const electLeadersRequest = request(
  { apiKey: 43, name: 'ElectLeadersRequest', versions: '0-2', flexible: '2+' },
  {
    electionType: int8({ versions: '1+' }),
    topicPartitions: array(struct({ topic: string(), partitions: array(int32()) }), {
      nullable: true,
    }),
    timeoutMs: int32({ default: 60000 }),
  },
);

/** What `electLeadersRequest` decodes to. */
export interface ElectLeadersRequest extends Infer<typeof electLeadersRequest> {}

/** The outcome for each partition. */
export const electLeadersResponse = response(
  { apiKey: 43, name: 'ElectLeadersResponse', versions: '0-2', flexible: '2+' },
  {
    throttleTimeMs: int32(),
    errorCode: int16({ versions: '1+' }),
    replicaElectionResults: array(
      struct({
        topic: string(),
        partitionResult: array(
          struct({
            partitionId: int32(),
            errorCode: int16(),
            errorMessage: string({ nullable: true }),
          }),
        ),
      }),
    ),
  },
);

/** What `electLeadersResponse` decodes to. */
export interface ElectLeadersResponse extends Infer<typeof electLeadersResponse> {}
