/** The kinds of things that have configs, as DescribeConfigs and its kin number them. */
export const configResourceTypes = {
  TOPIC: 2,
  BROKER: 4,
  BROKER_LOGGER: 8,
  CLIENT_METRICS: 16,
  GROUP: 32,
} as const;

/** Kafka's word for a kind, as it stands in messages. */
export function resourceTypeName(type: number): string {
  for (const [name, code] of Object.entries(configResourceTypes)) if (code === type) return name;
  return 'UNKNOWN';
}
