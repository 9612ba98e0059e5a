import type { MemberFigures, Why } from '../contract/picture.ts';
import type { GroupFacts } from './facts.ts';

/** Without a fetch for so long a member does not go on: clients fetch several times a second. */
export const stalledMs = 10_000;
/** Without a heartbeat for so long a member is likely gone: clients send one every three seconds. */
export const silentMs = 10_000;

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const shortLength = 8;

/** A member as any client is told of it: when it was heard of last, Kafka's protocol does not say. */
export function describedMember({
  memberId,
  instanceId,
  clientId,
  host,
  assignment,
}: Pick<MemberFigures, 'memberId' | 'instanceId' | 'clientId' | 'host'> & {
  readonly assignment: MemberFigures['partitions'];
}): MemberFigures {
  return {
    memberId,
    instanceId,
    clientId,
    host,
    partitions: assignment,
    lastHeartbeatAgoMs: null,
    lastFetchAgoMs: null,
  };
}

/** What a member is called in a sentence: its instance id, else its client's with the beginning of what is random. */
export function memberName({ memberId, instanceId, clientId }: MemberFigures): string {
  if (instanceId !== null) return instanceId;
  const random = uuid.exec(memberId)?.[0];
  const rest = random === undefined ? memberId : random;
  const short = rest.slice(0, shortLength);
  return clientId === '' ? short : `${clientId} (${short})`;
}

/** Where a member's client is. */
export function hostOf({ host }: MemberFigures): string {
  return host.replace(/^\//, '');
}

/** A member as what a sentence is about. */
export function memberSubject(
  { groupId }: GroupFacts,
  { memberId }: MemberFigures,
): Why['subject'] {
  return { kind: 'member', name: groupId, memberId };
}

/** A partition by topic and number. */
export function keyOf({
  topic,
  partition,
}: {
  readonly topic: string;
  readonly partition: number;
}): string {
  return `${topic}-${partition}`;
}
