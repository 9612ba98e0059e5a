import type { PartitionImage } from '../metadata/image.ts';
import { endpointOf, type Endpoint } from './endpoints.ts';
import type { ApiServices } from './services.ts';

/** What is needed to say who serves. */
type Services = Pick<ApiServices, 'image' | 'nodeId' | 'mayLead'>;

/** Leader and epoch, where nobody is known to lead. */
const noLeader = { leaderId: -1, leaderEpoch: -1 };

/**
 * Whether a broker serves, as far as this one can say. One whose own lease has run out counts itself as fenced:
 * the image that it has may be old, and others lead by now what it led.
 */
export function isServing(nodeId: number, services: Services): boolean {
  if (services.image().brokers.get(nodeId)?.fenced !== false) return false;
  return nodeId !== services.nodeId || services.mayLead();
}

/** The leader of a partition; -1 where there is none, or it does not serve and another is not yet known. */
export function servingLeader({ leader }: PartitionImage, services: Services): number {
  return isServing(leader, services) ? leader : -1;
}

/**
 * The same for clients that look for the leader: where this broker would have to name itself and is cut off, the
 * replica that is elected in its place as things were last known. An error would be truer, but kafkajs and
 * @platformatic/kafka throw away an answer that has one, with the other brokers in it, and ask here again. If
 * another is elected, the one named knows.
 */
export function likelyLeader(partition: PartitionImage, services: Services): number {
  const { leader, replicas, isr } = partition;
  if (leader !== services.nodeId || isServing(leader, services)) {
    return servingLeader(partition, services);
  }
  return replicas.find((nodeId) => isr.includes(nodeId) && isServing(nodeId, services)) ?? -1;
}

/** The replicas whose broker does not serve. */
export function offlineReplicas({ replicas }: PartitionImage, services: Services): number[] {
  return replicas.filter((nodeId) => !isServing(nodeId, services));
}

/** Whom clients should ask what the controller is asked: it, or another broker where it does not serve; else -1. */
export function servingController(services: Services): number {
  const { brokers, controllerId } = services.image();
  if (controllerId !== services.nodeId || services.mayLead()) return controllerId;
  return [...brokers.keys()].find((nodeId) => isServing(nodeId, services)) ?? -1;
}

/** Who leads a partition, for clients that came to the wrong broker (KIP-951). */
export function leaderHint(
  services: Services & Pick<ApiServices, 'currentLeader'>,
  ...partition: Parameters<ApiServices['currentLeader']>
): ReturnType<ApiServices['currentLeader']> {
  const hint = services.currentLeader(...partition);
  return hint.leaderId === services.nodeId && !services.mayLead() ? noLeader : hint;
}

/**
 * The addresses of the brokers that are not fenced, for clients that came by `listenerName`, by id; where all are, as
 * when the metadata store was away for longer than leases last, those of all. This one is among them also where it is
 * cut off: where all are, each would else be left out by itself alone, and librdkafka, which forgets a broker that is
 * not named, would wait for ever for what it had asked it last. Of no broker told, it never asks again.
 */
export function endpointsOf(services: Pick<Services, 'image'>, listenerName: string): Endpoint[] {
  const brokers = [...services.image().brokers.values()];
  const unfenced = brokers.filter(({ fenced }) => !fenced);
  return (unfenced.length > 0 ? unfenced : brokers)
    .flatMap((broker) => endpointOf(broker, listenerName) ?? [])
    .toSorted((a, b) => a.nodeId - b.nodeId);
}
