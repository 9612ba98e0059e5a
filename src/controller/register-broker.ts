import { topicsWithLogs } from '../metadata/filtered-topics.ts';
import { encodeValue, imageKeys } from '../metadata/image-keys.ts';
import type { BrokerValue } from '../metadata/image-keys.ts';
import type { BrokerImage, ClusterImage, ListenerImage } from '../metadata/image.ts';
import type { GuardedChange } from '../metadata/plan-commits.ts';
import { noChanges } from './decision.ts';
import type { Decision } from './decision.ts';

/** What a broker says of itself when it joins. */
export interface Registration {
  readonly nodeId: number;
  readonly rack: string | null;
  readonly clusterId: string;
  /** Of its log directories. */
  readonly directoryIds: readonly string[];
  readonly hostName: string;
  /** Empty when its machine does not say. */
  readonly bootId: string;
  /** Tells its directories from copies of them on the same machine; empty when that does not say. */
  readonly folder: string;
  /** What other brokers have to know to be told its figures. */
  readonly figuresSecret: string;
  /** Of the lease that its process renews. */
  readonly leaseId: string;
  readonly listeners: readonly ListenerImage[];
  /**
   * The epoch in which all of its log directories were left in order, -1 where they were not; `running` where
   * its process has been there all the while and lost its lease alone.
   */
  readonly cleanEpoch: number | 'running';
  /**
   * Nobody else has the store: it is admitted by itself, as the controller. What it led before it still leads,
   * in the same epochs, for nobody has led meanwhile. Where its logs may have lost records, others come in their
   * place: then each epoch rises before it is admitted, by which readers find that out (KIP-320).
   */
  readonly alone: boolean;
}

/** What became of a registration. */
export type RegistrationResult =
  | { readonly outcome: 'registered'; readonly epoch: number }
  /** Another process has the node id, as far as the store knows; it has to be waited out. */
  | { readonly outcome: 'taken'; readonly by: BrokerImage };

/**
 * Registers a broker, with an epoch that it never had. Whoever holds the lock of the log directories knows that
 * the process that had them is dead, and takes its place at once; a process with other directories or on another
 * machine may be alive.
 */
export function registerBroker(
  image: ClusterImage,
  registration: Registration,
): Decision<RegistrationResult> {
  const { nodeId, leaseId, alone } = registration;
  const before = image.brokers.get(nodeId);
  if (before !== undefined && before.live) {
    // Decided again after a commit whose outcome was not known: it did happen.
    if (before.leaseId === leaseId) return registered(before.epoch, []);
    if (!isSameBroker(before, registration)) {
      return { changes: noChanges, results: [{ outcome: 'taken', by: before }] };
    }
  }
  const epoch = Math.max(before?.epoch ?? 0, alone ? 0 : image.revision) + 1;
  const awaitedDirectoryIds = awaitedDirectories(image, registration);
  const value = registrationValue(before, { ...registration, awaitedDirectoryIds }, epoch);
  const changes: GuardedChange[] = [
    { key: imageKeys.broker(nodeId), value, ifRevision: before?.revision ?? 0 },
    { key: imageKeys.live(nodeId), value: encodeValue({ epoch }), leaseId },
  ];
  if (alone) {
    const { controllerRevision: ifRevision } = image;
    const controller = encodeValue({ nodeId, epoch });
    changes.push({ key: imageKeys.controller, value: controller, ifRevision, leaseId });
  }
  if (image.clusterId === '') {
    const { clusterId } = registration;
    changes.push({ key: imageKeys.cluster, value: encodeValue({ clusterId }), ifRevision: 0 });
  }
  return registered(epoch, changes);
}

function registered(epoch: number, publish: GuardedChange[]): Decision<RegistrationResult> {
  return {
    changes: { prepare: [], publish, tidy: [] },
    results: [{ outcome: 'registered', epoch }],
  };
}

/**
 * Whether a registration is that of the process that had the same directories on the same machine before. The lock
 * of a copy says nothing of the process that has the original.
 */
function isSameBroker(before: BrokerValue, registration: Registration): boolean {
  const { directoryIds, hostName, bootId } = registration;
  const isCopy =
    before.bootId === bootId && before.folder !== '' && isElsewhere(before, registration);
  const isOnMachine = before.hostName === hostName && !isCopy;
  return isOnMachine && before.directoryIds.some((id) => directoryIds.includes(id));
}

/** Whether directories are others, of the same ids: a copy need not have all that was written to the original. */
function isElsewhere(before: BrokerValue, { folder }: Pick<Registration, 'folder'>): boolean {
  return before.folder !== folder;
}

function registrationValue(
  before: BrokerImage | undefined,
  registration: Registration & Pick<BrokerValue, 'awaitedDirectoryIds'>,
  epoch: number,
): Uint8Array {
  const { rack, listeners, directoryIds, hostName, bootId, folder, leaseId, alone } = registration;
  const { awaitedDirectoryIds, figuresSecret } = registration;
  // A start that was cut short may have raised some of the epochs.
  const unclean = mayLackRecords(before, registration) || (alone && before?.admitted === false);
  return encodeValue({
    epoch,
    rack,
    listeners,
    fenced: !alone || unclean,
    stopping: false,
    directoryIds,
    awaitedDirectoryIds,
    hostName,
    bootId,
    folder,
    figuresSecret,
    leaseId,
    // Of one that is alone nobody else has what it lost: it stays in sync with itself.
    uncleanShutdown: !alone && unclean,
  });
}

/**
 * The directories with which this broker is waited for: those that it had before it came back without one, until no
 * partition waits for what it had as its last known leader. None where all of them are there.
 */
function awaitedDirectories(
  image: ClusterImage,
  { nodeId, directoryIds, alone }: Registration,
): readonly string[] {
  const before = image.brokers.get(nodeId);
  if (before === undefined || alone) return [];
  const isWaitedFor = before.uncleanShutdown || isLastKnown(image, nodeId);
  const isAwaited = isWaitedFor && before.awaitedDirectoryIds.length > 0;
  const awaited = isAwaited ? before.awaitedDirectoryIds : before.directoryIds;
  return awaited.every((id) => directoryIds.includes(id)) ? [] : awaited;
}

function isLastKnown(image: ClusterImage, nodeId: number): boolean {
  return [...topicsWithLogs(image)].some(({ partitions }) =>
    partitions.some(({ lastKnownElr }) => lastKnownElr.includes(nodeId)),
  );
}

/**
 * Whether records that were acknowledged may be missing from its logs. They are not after a stop in order, nor as
 * long as its machine has kept in memory what was written and none of its directories is another. What a
 * registration before has said, and nobody has acted on, stays true.
 */
export function mayLackRecords(
  before: BrokerImage | undefined,
  registration: Pick<Registration, 'cleanEpoch' | 'bootId' | 'directoryIds' | 'folder'>,
): boolean {
  const { cleanEpoch, bootId, directoryIds } = registration;
  if (before === undefined) return false;
  if (before.uncleanShutdown) return true;
  if (!before.directoryIds.every((id) => directoryIds.includes(id))) return true;
  if (cleanEpoch === 'running' || cleanEpoch === before.epoch) return false;
  return bootId === '' || bootId !== before.bootId || isElsewhere(before, registration);
}
