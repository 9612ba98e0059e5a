import type { BrokerImage, ClusterImage, PartitionImage } from '../metadata/image.ts';

/** Whether a broker is there to lead, to be in sync and to get replicas: not fenced, and not about to stop. */
export function serves(broker: BrokerImage | undefined): boolean {
  return broker !== undefined && !broker.fenced && !broker.stopping;
}

/**
 * Whether a broker has come back, with all that it had, and waits to be admitted: it may be made a leader, and
 * stays in the in-sync sets that it is in. A process that died and is back at once costs no one a move.
 */
export function returns(broker: BrokerImage | undefined): boolean {
  return (
    broker !== undefined &&
    broker.live &&
    !broker.admitted &&
    !broker.uncleanShutdown &&
    !broker.stopping
  );
}

/**
 * Whether a partition is still led as by the process that its leader had before: nothing has been changed of it
 * since that registered, and its epoch has to rise first.
 */
export function isLedByProcessBefore(
  broker: BrokerImage | undefined,
  { leader, revision }: Pick<PartitionImage, 'leader' | 'revision'>,
): boolean {
  return broker?.nodeId === leader && !broker.admitted && revision < broker.revision;
}

/**
 * The registered brokers that may get replicas when the controller chooses: all but those whose log directories
 * are all cordoned at run time (KIP-1066), such as one that is being drained.
 */
export function placeableBrokers(image: ClusterImage): readonly BrokerImage[] {
  return [...image.brokers.values()].filter(({ nodeId }) => {
    const cordoned = image.brokerConfigs.get(nodeId)?.values.get('cordoned.log.dirs');
    return cordoned?.trim() !== '*';
  });
}
