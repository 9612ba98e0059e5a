import type { EndPoint } from '../config/listeners.ts';
import type { Decision } from '../controller/decision.ts';
import { encodeValue, imageKeys } from '../metadata/image-keys.ts';
import type { ClusterImage, ListenerImage } from '../metadata/image.ts';
import type { GuardedChange } from '../metadata/plan-commits.ts';
import { must } from '../util/assert.ts';
import type { BoundListener } from './listeners.ts';

/** What a broker says of itself when it joins. */
export interface Registration {
  readonly nodeId: number;
  readonly rack: string | null;
  readonly clusterId: string;
  readonly directoryIds: readonly string[];
  readonly bootId: string;
  /** Of the lease that its process renews. */
  readonly leaseId: string;
  readonly listeners: readonly ListenerImage[];
}

/** Where clients are told to go: `advertised.listeners`, a port of 0 being the one that was bound. */
export function advertisedAddresses(
  advertised: readonly EndPoint[],
  bound: readonly BoundListener[],
): ListenerImage[] {
  return advertised.map(({ name, securityProtocol, host, port }) => {
    const listener = bound.find(({ endPoint }) => endPoint.name === name);
    const from = must(listener, 'every advertised listener is bound');
    return {
      name,
      securityProtocol,
      host: host === '' ? reachableHost(from.host) : host,
      port: port === 0 ? from.port : port,
    };
  });
}

/** A name for a listener on every interface that works on this machine at least. */
function reachableHost(boundHost: string): string {
  return boundHost === '::' || boundHost === '0.0.0.0' || boundHost === ''
    ? 'localhost'
    : boundHost;
}

/**
 * Registers a broker as the only one of its cluster, and its controller: the `embedded` store has no other.
 * Its epoch is one more than at its last start.
 */
export function decideRegistration(
  image: ClusterImage,
  registration: Registration,
): Decision<{ epoch: number }> {
  const { nodeId, clusterId, leaseId, rack, listeners, directoryIds, bootId } = registration;
  const before = image.brokers.get(nodeId);
  const epoch = (before?.epoch ?? 0) + 1;
  const said = { rack, listeners, directoryIds, bootId, leaseId, hostName: '' };
  const publish: GuardedChange[] = [
    {
      key: imageKeys.broker(nodeId),
      value: encodeValue({ epoch, fenced: false, stopping: false, ...said }),
      ifRevision: before?.revision ?? 0,
    },
    { key: imageKeys.live(nodeId), value: encodeValue({ epoch }), leaseId },
    {
      key: imageKeys.controller,
      value: encodeValue({ nodeId, epoch }),
      ifRevision: image.controllerRevision,
      leaseId,
    },
  ];
  if (image.clusterId === '') {
    publish.push({ key: imageKeys.cluster, value: encodeValue({ clusterId }), ifRevision: 0 });
  }
  return { changes: { prepare: [], publish, tidy: [] }, results: [{ epoch }] };
}
