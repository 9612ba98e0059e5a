/**
 * CreateTopics, versions 2-7.
 *
 * Makes topics, each for itself: one that is refused does not hold up the others. The answer comes once this
 * broker serves the new ones. An illegal name is refused with a legal one to use instead.
 *
 * Versions: 4 lets -1 stand for the broker's defaults; 5 answers partitions, replicas and configs (KIP-525);
 * 7 the topic id.
 *
 * Gaps: `timeoutMs` is not looked at: the answer comes when the change is made.
 */
import { derivedDefaults } from '../config/derived-defaults.ts';
import { describeTopicConfig } from '../config/describe-config.ts';
import { isRefusal } from '../controller/decision.ts';
import type { CreateTopicResult } from '../controller/create-topics.ts';
import { errorCodes } from '../protocol/error-codes.ts';
import { createTopicsRequest, createTopicsResponse } from '../protocol/messages/create-topics.ts';
import { zeroUuid } from '../protocol/uuid.ts';
import { defineApi } from './api.ts';
import { makeTopics } from './make-topics.ts';
import type { ApiServices } from './services.ts';

/** Serves CreateTopics. */
export const createTopicsApi = defineApi({
  name: 'CreateTopics',
  request: createTopicsRequest,
  response: createTopicsResponse,
  async handle({ request }, services) {
    const { validateOnly } = request;
    const results = await makeTopics(services, request.topics, { validateOnly });
    return { throttleTimeMs: 0, topics: results.map((result) => answer(result, services)) };
  },
});

function answer(result: CreateTopicResult, services: ApiServices) {
  const { name } = result;
  if (isRefusal(result)) {
    const { error, message } = result;
    return {
      name,
      topicId: zeroUuid,
      errorCode: errorCodes[error],
      errorMessage: message,
      configs: [],
    };
  }
  return {
    name,
    topicId: result.topicId,
    errorCode: 0,
    errorMessage: null,
    numPartitions: result.numPartitions,
    replicationFactor: result.replicationFactor,
    configs: describeTopicConfig(
      result.configs,
      services.configLayers(),
      derivedDefaults(result.replicationFactor),
    ).map((config) => ({
      name: config.name,
      value: config.value,
      readOnly: config.readOnly,
      configSource: config.source,
      isSensitive: config.sensitive,
    })),
  };
}
