import {
  createTopics,
  stableTopicIds,
  type CreateTopicResult,
  type NewTopic,
} from '../controller/create-topics.ts';
import { isRefusal } from '../controller/decision.ts';
import { randomUuid } from '../protocol/uuid.ts';
import { runOrRefuse } from './run-or-refuse.ts';
import { seenEverywhere } from './seen-everywhere.ts';
import type { ApiServices } from './services.ts';

/** Where placement may begin: any number, so that topics do not all start at the same broker. */
export const placementStarts = 2 ** 31;

/**
 * Has topics made, or only judged, and waits until this broker has them, and the others that serve know of them:
 * whoever is asked next names their leaders, who take requests for them. A result for each name.
 */
export async function makeTopics(
  services: Pick<
    ApiServices,
    'metadata' | 'random' | 'controllerSettings' | 'partitions' | 'peers' | 'image'
  >,
  topics: readonly NewTopic[],
  options: { readonly validateOnly: boolean },
): Promise<readonly CreateTopicResult[]> {
  const command = {
    topics,
    validateOnly: options.validateOnly,
    topicIdOf: stableTopicIds(() => randomUuid((count) => services.random.bytes(count))),
    placementStart: services.random.below(placementStarts),
  };
  const results = await runOrRefuse(
    services.metadata,
    (image) => createTopics(image, command, services.controllerSettings()),
    (refusal) => topics.map(({ name }) => ({ name, ...refusal })),
  );
  const areMade = !options.validateOnly && results.some((result) => !isRefusal(result));
  if (areMade) await seenEverywhere(services);
  return results;
}
