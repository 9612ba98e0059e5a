/** The topic config that names a filtered topic's source. */
export const sourceTopicConfig = 'odradek.source.topic';
/** The topic config that says which records a filtered topic shows. */
export const filterConfig = 'odradek.filter';

/** Whether a topic config is of filtered topics alone: no other topic has it, not even as a default. */
export function isOfFilteredTopics(name: string): boolean {
  return name === sourceTopicConfig || name === filterConfig;
}
