import { encodeValue, imageKeys } from '../metadata/image-keys.ts';
import type { ClusterImage } from '../metadata/image.ts';
import { noChanges } from './decision.ts';
import type { Decision } from './decision.ts';

/** A broker of one epoch. */
export interface BrokerEpoch {
  readonly nodeId: number;
  readonly epoch: number;
}

/** Whether it is the elected controller, as far as the image knows. */
export function isController(image: ClusterImage, { nodeId, epoch }: BrokerEpoch): boolean {
  return image.controllerId === nodeId && image.controllerEpoch === epoch;
}

/** Whether nobody is: there is no key, or it is one of a registration that has been replaced. */
export function lacksController(image: ClusterImage): boolean {
  const { controllerId, controllerEpoch } = image;
  const elected = image.brokers.get(controllerId);
  return elected === undefined || elected.epoch !== controllerEpoch || !elected.live;
}

/**
 * Stands for election where there is no controller. Of many who do one is elected, and the others' commits
 * conflict. Its key goes with the lease of the process, `leaseId`.
 */
export function standForElection(
  image: ClusterImage,
  { nodeId, epoch, leaseId }: BrokerEpoch & { readonly leaseId: string },
): Decision<BrokerEpoch> {
  const own = image.brokers.get(nodeId);
  const mayStand = own?.live === true && own.epoch === epoch && own.leaseId === leaseId;
  if (!mayStand || !lacksController(image)) return { changes: noChanges, results: [] };
  const key = imageKeys.controller;
  const change = {
    key,
    value: encodeValue({ nodeId, epoch }),
    leaseId,
    ifRevision: image.controllerRevision,
    owner: { key: imageKeys.live(nodeId), revision: own.liveRevision },
  };
  return {
    changes: { prepare: [], publish: [change], tidy: [] },
    results: [{ nodeId, epoch }],
  };
}
