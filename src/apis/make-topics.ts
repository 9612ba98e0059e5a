import {
  createTopics,
  stableTopicIds,
  type CreateTopicResult,
  type NewTopic,
} from '../controller/create-topics.ts';
import { randomUuid } from '../protocol/uuid.ts';
import { runOrRefuse } from './run-or-refuse.ts';
import type { ApiServices } from './services.ts';

/** Where placement may begin: any number, so that topics do not all start at the same broker. */
export const placementStarts = 2 ** 31;

/** Has topics made, or only judged, and waits until this broker has them. A result for each name. */
export function makeTopics(
  services: Pick<ApiServices, 'metadata' | 'random' | 'controllerSettings'>,
  topics: readonly NewTopic[],
  options: { readonly validateOnly: boolean },
): Promise<readonly CreateTopicResult[]> {
  const command = {
    topics,
    validateOnly: options.validateOnly,
    topicIdOf: stableTopicIds(() => randomUuid((count) => services.random.bytes(count))),
    placementStart: services.random.below(placementStarts),
  };
  return runOrRefuse(
    services.metadata,
    (image) => createTopics(image, command, services.controllerSettings()),
    (refusal) => topics.map(({ name }) => ({ name, ...refusal })),
  );
}
