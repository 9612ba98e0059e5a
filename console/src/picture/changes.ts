/** What happened between two pictures, in sentences. Pure. */
import type {
  BrokerFigures,
  GroupFigures,
  PartitionFigures,
  Picture,
} from '../../../src/admin/contract/picture.ts';

/** Something that happened. */
export interface Change {
  readonly atMs: number;
  /** By the clock of whoever looks (`performance.now()`). */
  readonly seenMs: number;
  readonly tone: 'good' | 'warn' | 'bad' | 'plain';
  readonly text: string;
  /** The partitions whose leader is another now. */
  readonly led: readonly {
    readonly topic: string;
    readonly partition: number;
    readonly leader: number;
  }[];
}

/** What is new in `now`; the weightiest first. */
export function changesBetween(before: Picture, now: Picture, seenMs: number): Change[] {
  const changes: Change[] = [];
  const tell = (tone: Change['tone'], text: string, led: Change['led'] = []): void => {
    changes.push({ atMs: now.atMs, seenMs, tone, text, led });
  };
  brokerChanges(before, now, tell);
  if (before.controllerId !== now.controllerId && now.controllerId !== -1) {
    tell('plain', `Broker ${now.controllerId} is the controller now.`);
  }
  topicChanges(before, now, tell);
  groupChanges(before, now, tell);
  return changes;
}

type Tell = (tone: Change['tone'], text: string, led?: Change['led']) => void;

const stateWords: Readonly<Record<BrokerFigures['state'], string>> = {
  up: 'is up',
  stopping: 'is stopping',
  fenced: 'is registered and not let in yet',
  down: 'is down',
};

function brokerChanges(before: Picture, now: Picture, tell: Tell): void {
  const states = new Map(before.brokers.map(({ nodeId, state }) => [nodeId, state]));
  for (const { nodeId, state } of now.brokers) {
    const earlier = states.get(nodeId);
    states.delete(nodeId);
    if (earlier === state) continue;
    tell(
      state === 'up' ? 'good' : state === 'down' ? 'bad' : 'warn',
      `Broker ${nodeId} ${stateWords[state]}.`,
    );
  }
  for (const nodeId of states.keys()) tell('bad', `Broker ${nodeId} is gone.`);
}

function topicChanges(before: Picture, now: Picture, tell: Tell): void {
  const topics = new Map(before.topics.map((topic) => [topic.name, topic]));
  const notes = createNotes(tell);
  for (const { name, partitions } of now.topics) {
    const earlier = topics.get(name)?.partitions;
    if (earlier === undefined) continue; // it may only have come among those that are shown
    for (const one of partitions) {
      const old = earlier[one.index];
      if (old !== undefined) partitionChanges(name, old, one, notes.note);
    }
    const added = partitions.length - earlier.length;
    if (added > 0)
      tell('plain', `${name} has ${added} more ${added === 1 ? 'partition' : 'partitions'}.`);
  }
  notes.tellAll();
}

type Note = (
  kind: string,
  partition: string,
  sentence: (names: string) => string,
  tone: Change['tone'],
  led?: Led,
) => void;
type Led = Change['led'][number];

/** What befell several partitions alike is told once: a broker that dies takes many with it. */
function createNotes(tell: Tell): { readonly note: Note; tellAll(): void } {
  const notes = new Map<
    string,
    { names: string[]; sentence: (names: string) => string; tone: Change['tone']; led: Led[] }
  >();
  return {
    note(kind, partition, sentence, tone, led) {
      const found = notes.get(kind) ?? { names: [], sentence, tone, led: [] };
      found.names.push(partition);
      if (led !== undefined) found.led.push(led);
      notes.set(kind, found);
    },
    tellAll() {
      for (const { names, sentence, tone, led } of notes.values()) {
        tell(tone, sentence(namesText(names)), led);
      }
    },
  };
}

const namedMax = 4;

function namesText(names: readonly string[]): string {
  if (names.length <= namedMax) return names.join(', ');
  return `${names.length} partitions (${names.slice(0, namedMax - 1).join(', ')}, …)`;
}

function partitionChanges(
  topic: string,
  old: PartitionFigures,
  one: PartitionFigures,
  note: Note,
): void {
  const name = `${topic}-${one.index}`;
  const { leader } = one;
  if (leader !== old.leader) {
    const led = { topic, partition: one.index, leader };
    const kind = `leader ${old.leader} ${leader}`;
    if (leader === -1) note(kind, name, (names) => `No leader: ${names}.`, 'bad');
    else if (old.leader === -1) {
      note(
        kind,
        name,
        (names) => `Broker ${leader} leads ${names} now; there was no leader.`,
        'good',
        led,
      );
    } else {
      note(
        kind,
        name,
        (names) => `Broker ${leader} leads ${names} instead of broker ${old.leader}.`,
        'warn',
        led,
      );
    }
  }
  const left = brokersText(old.isr.filter((id) => !one.isr.includes(id)));
  const joined = brokersText(one.isr.filter((id) => !old.isr.includes(id)));
  if (left !== '')
    note(`left ${left}`, name, (names) => `No longer in sync on ${left}: ${names}.`, 'warn');
  if (joined !== '')
    note(`in ${joined}`, name, (names) => `In sync again on ${joined}: ${names}.`, 'good');
}

function brokersText(ids: readonly number[]): string {
  if (ids.length === 0) return '';
  return ids.length === 1 ? `broker ${ids[0] ?? ''}` : `brokers ${ids.join(' and ')}`;
}

function groupChanges(before: Picture, now: Picture, tell: Tell): void {
  const groups = new Map(before.groups.map((group) => [group.groupId, group]));
  for (const group of now.groups) {
    const old = groups.get(group.groupId);
    if (old !== undefined) memberChanges(old, group, tell);
  }
}

function memberChanges(old: GroupFigures, group: GroupFigures, tell: Tell): void {
  const known = new Set(old.members.map(({ memberId }) => memberId));
  const joined = group.members.filter(({ memberId }) => !known.delete(memberId)).length;
  const left = known.size;
  const words = (count: number): string => (count === 1 ? 'a member' : `${count} members`);
  if (joined > 0 && left > 0) {
    tell(
      'plain',
      `${words(joined)} joined ${group.groupId}, ${words(left)} left it.`.replace(/^a/, 'A'),
    );
  } else if (joined > 0)
    tell('plain', `${words(joined)} joined ${group.groupId}.`.replace(/^a/, 'A'));
  else if (left > 0) tell('warn', `${words(left)} left ${group.groupId}.`.replace(/^a/, 'A'));
  if (group.members.length === 0 && old.members.length > 0) {
    tell('warn', `${group.groupId} has no members.`);
  }
}
