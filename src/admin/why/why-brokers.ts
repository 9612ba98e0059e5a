import type { Why } from '../contract/picture.ts';
import type { BrokerFacts, ClusterFacts } from './facts.ts';
import { brokers, bytes, isOrAre, since } from './phrases.ts';

/** A disk with less than this part of it left is nearly full. */
const fullPart = 0.05;
/** With less than this left nothing can be written soon. */
const fullBytes = 64 * 1024 * 1024;

/** Why the cluster as a whole does not do what it should. */
export function whyCluster({ controllerId, brokers: all, nowMs }: ClusterFacts): Why[] {
  if (controllerId >= 0) return [];
  const up = all.filter(({ state }) => state === 'up').map(({ nodeId }) => nodeId);
  const down = all.filter(({ state }) => state === 'down');
  return [
    {
      subject: { kind: 'cluster', name: '' },
      severity: 'stopped',
      sentence:
        'The cluster has no controller: nobody elects leaders, and topics cannot be made or changed.',
      evidence: [
        up.length === 0 ? 'No broker is up.' : `${brokersText(up)} ${isOrAre(up.length)} up.`,
        ...down.map((broker) => downText(broker, nowMs)),
      ],
      remedy:
        'A broker that reaches the metadata store takes it up by itself: see whether the store is there, and what the brokers log.',
      sinceMs: null,
    },
  ];
}

function brokersText(ids: readonly number[]): string {
  const text = brokers(ids);
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** That a broker is down, and since when. */
export function downText({ nodeId, stateSinceMs }: BrokerFacts, nowMs: number): string {
  return `Broker ${nodeId} is down${since(stateSinceMs, nowMs)}.`;
}

/** Why a broker does not do what it should. */
export function whyBroker(broker: BrokerFacts, { nowMs }: Pick<ClusterFacts, 'nowMs'>): Why[] {
  const { nodeId, state, stateSinceMs, reachable, figures } = broker;
  const base = {
    subject: { kind: 'broker', name: String(nodeId) },
    sinceMs: stateSinceMs,
  } as const;
  if (state === 'down') {
    return [
      {
        ...base,
        severity: 'stopped',
        sentence: downText(broker, nowMs),
        evidence: ['It does not renew its lease, or the connections of other brokers to it broke.'],
        remedy: `Start broker ${nodeId}, or read its log if it is running.`,
      },
    ];
  }
  if (state === 'fenced') {
    return [
      {
        ...base,
        severity: 'stopped',
        sentence: `Broker ${nodeId} has registered and is not let in${since(stateSinceMs, nowMs)}.`,
        evidence: ['It leads nothing, and clients are not told of it.'],
        remedy: 'The controller lets it in: see whether there is one, and what it logs.',
      },
    ];
  }
  const unreachable: Why = {
    ...base,
    severity: 'at-risk',
    sentence: `Broker ${nodeId} is alive and does not tell its figures.`,
    evidence: ['It renews its lease, and did not answer the broker that you ask.'],
    remedy: 'See whether its inter-broker listener can be reached, and whether it is overloaded.',
    sinceMs: null,
  };
  return [
    ...(reachable ? [] : [unreachable]),
    ...(figures?.logDirs ?? []).flatMap((dir) => whyLogDir(nodeId, dir)),
  ];
}

type LogDir = NonNullable<BrokerFacts['figures']>['logDirs'][number];

function whyLogDir(nodeId: number, { path, online, freeBytes, totalBytes }: LogDir): Why[] {
  const base = { subject: { kind: 'broker', name: String(nodeId) }, sinceMs: null } as const;
  if (!online) {
    return [
      {
        ...base,
        severity: 'stopped',
        sentence: `The log directory ${path} of broker ${nodeId} is offline.`,
        evidence: [
          'Reading or writing there has failed; its partitions are not served by this broker.',
        ],
        remedy: `See what broker ${nodeId} has logged, mend the disk, and start the broker again.`,
      },
    ];
  }
  if (freeBytes === null || totalBytes === null || totalBytes === 0) return [];
  if (freeBytes > totalBytes * fullPart) return [];
  const isFull = freeBytes < fullBytes;
  const percent = Math.floor((1 - freeBytes / totalBytes) * 100);
  return [
    {
      ...base,
      severity: isFull ? 'stopped' : 'at-risk',
      sentence: isFull
        ? `The disk under ${path} of broker ${nodeId} is full: appends are refused until there is room.`
        : `The disk under ${path} of broker ${nodeId} is ${percent} % full.`,
      evidence: [`${bytes(freeBytes)} of ${bytes(totalBytes)} are left.`],
      remedy:
        'Shorten retention (`retention.ms`, `retention.bytes`) of large topics, delete some, or give the disk more room.',
    },
  ];
}
