import {
  ClassicWireMember,
  ConsumerWireMember,
  type WireMember,
  type WireMemberOptions,
} from './wire-members.ts';
import type { Wire } from './wire.ts';

const protocols = { classic: ClassicWireMember, consumer: ConsumerWireMember };

/** How the members of a group share. */
export type Protocol = keyof typeof protocols;

/**
 * Starts a group with a member on each of these connections, of a topic with as many partitions. Answers how
 * long it took until each had one, in milliseconds; then they stay in the group and say nothing more.
 */
export async function settle(
  wires: readonly Wire[],
  protocol: Protocol,
  options: Omit<WireMemberOptions, 'onShare'>,
): Promise<number> {
  const startMs = performance.now();
  let members: readonly WireMember[] = [];
  let running: Promise<unknown> = Promise.resolve();
  const tookMs = await new Promise<number>((resolve, reject) => {
    const onShare = (): void => {
      if (isSettled(members, protocol)) resolve(performance.now() - startMs);
    };
    members = wires.map((wire) => new protocols[protocol]({ ...options, onShare }, { wire }));
    running = Promise.all(members.map((member) => member.run()));
    running.catch(reject);
  });
  for (const member of members) member.stop();
  await running;
  return tookMs;
}

function isSettled(members: readonly WireMember[], protocol: Protocol): boolean {
  const generation = members[0]?.generation;
  const isTogether = members.every(
    (member) => member.generation === generation && member.partitionCount === 1,
  );
  if (protocol === 'consumer') return isTogether;
  return isTogether && members.some(({ knownMembers }) => knownMembers === members.length);
}
