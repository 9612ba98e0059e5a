/**
 * DeleteTopics, versions 1-6.
 *
 * Deletes topics by name or id. They are gone at once for every client; their files go some time later
 * (`file.delete.delay.ms`).
 *
 * Versions: 5 answers messages; 6 takes ids (KIP-516).
 *
 * Gaps: `timeoutMs` is not looked at: the answer comes when the change is made.
 */
import { deleteTopics, type TopicReference } from '../controller/delete-topics.ts';
import { errorCodes } from '../protocol/error-codes.ts';
import {
  deleteTopicsRequest,
  deleteTopicsResponse,
  type DeleteTopicsRequest,
} from '../protocol/messages/delete-topics.ts';
import { zeroUuid } from '../protocol/uuid.ts';
import { defineApi } from './api.ts';
import { runOrRefuse } from './run-or-refuse.ts';

/** The first version that names topics by structs, and by their ids. */
const topicIdFirstVersion = 6;

/** Serves DeleteTopics. */
export const deleteTopicsApi = defineApi({
  name: 'DeleteTopics',
  request: deleteTopicsRequest,
  response: deleteTopicsResponse,
  async handle({ request, apiVersion }, services) {
    const references = referencesOf(request, apiVersion);
    const results = await runOrRefuse(
      services.metadata,
      (image) => deleteTopics(image, references, services.controllerSettings()),
      (refusal) => references.map((reference) => ({ ...reference, refusal })),
    );
    return {
      throttleTimeMs: 0,
      responses: results.map(({ name, topicId, refusal }) => ({
        name,
        topicId: topicId ?? zeroUuid,
        errorCode: refusal === undefined ? 0 : errorCodes[refusal.error],
        errorMessage: refusal?.message ?? null,
      })),
    };
  },
});

function referencesOf(request: DeleteTopicsRequest, apiVersion: number): TopicReference[] {
  if (apiVersion < topicIdFirstVersion) {
    return request.topicNames.map((name) => ({ name, topicId: null }));
  }
  return request.topics.map(({ name, topicId }) => ({
    name,
    topicId: topicId === zeroUuid ? null : topicId,
  }));
}
