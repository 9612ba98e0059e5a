/**
 * ElectLeaders, versions 0-2.
 *
 * Makes the preferred replicas the leaders of partitions, or, where there is no leader, whoever is alive, at the
 * price of what it lacks (KIP-183, KIP-460).
 *
 * Versions: 0 elects preferred leaders alone; 1 has the type of election.
 *
 * Gaps: `timeoutMs` is not looked at: the answer comes when the change is made.
 */
import { electLeaders, type ElectLeadersCommand } from '../controller/elect-leaders.ts';
import { refuse, type Refusal } from '../controller/decision.ts';
import { errorCodes } from '../protocol/error-codes.ts';
import {
  electLeadersRequest,
  electLeadersResponse,
  type ElectLeadersRequest,
} from '../protocol/messages/elect-leaders.ts';
import { defineApi } from './api.ts';
import { runOrRefuse } from './run-or-refuse.ts';

/** By its number in a request. */
const elections: readonly ElectLeadersCommand['election'][] = ['preferred', 'unclean'];

/** Serves ElectLeaders. */
export const electLeadersApi = defineApi({
  name: 'ElectLeaders',
  request: electLeadersRequest,
  response: electLeadersResponse,
  async handle({ request }, services) {
    const election = elections[request.electionType];
    if (election === undefined) {
      const refusal = refuse('INVALID_REQUEST', `Unknown election type ${request.electionType}`);
      return answer(refusedAll(request, refusal), errorCodes.INVALID_REQUEST);
    }
    const command = { election, topics: request.topicPartitions };
    const results = await runOrRefuse(
      services.metadata,
      (image) => electLeaders(image, command, services.controllerSettings()),
      (refusal) => refusedAll(request, refusal),
    );
    return answer(results, 0);
  },
});

interface ElectedTopic {
  readonly topic: string;
  readonly partitions: readonly {
    readonly index: number;
    readonly refusal: Refusal | undefined;
  }[];
}

function refusedAll({ topicPartitions }: ElectLeadersRequest, refusal: Refusal): ElectedTopic[] {
  return (topicPartitions ?? []).map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map((index) => ({ index, refusal })),
  }));
}

function answer(results: readonly ElectedTopic[], errorCode: number) {
  return {
    throttleTimeMs: 0,
    errorCode,
    replicaElectionResults: results.map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map(({ index, refusal }) => ({
        partitionId: index,
        errorCode: refusal === undefined ? 0 : errorCodes[refusal.error],
        errorMessage: refusal?.message ?? null,
      })),
    })),
  };
}
