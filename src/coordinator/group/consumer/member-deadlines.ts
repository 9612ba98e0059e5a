import type { Deadline } from '../../coordinator.ts';

/** What of a member, or of a group, is due at a moment. */
export type DeadlineKind = 'session' | 'rebalance' | 'join' | 'sync' | 'regexes';

/** What a key says. The deadline of a group has no member. */
export interface ParsedDeadline {
  readonly kind: DeadlineKind;
  readonly groupId: string;
  readonly memberId: string;
}

/** All keys of consumer groups begin so. */
const prefix = 'consumer-';
const kinds: readonly string[] = ['session', 'rebalance', 'join', 'sync', 'regexes'];

/** The key of a deadline. The group's length stands in it, since ids may contain any character. */
export function deadlineKey(kind: DeadlineKind, groupId: string, memberId = ''): string {
  return `${prefix}${kind}/${groupId.length}/${groupId}/${memberId}`;
}

/** What a key says; undefined for one of somebody else. */
export function parseDeadlineKey(key: string): ParsedDeadline | undefined {
  if (!key.startsWith(prefix)) return undefined;
  const kindEnd = key.indexOf('/');
  const lengthEnd = key.indexOf('/', kindEnd + 1);
  const kind = key.slice(prefix.length, kindEnd);
  if (!isKind(kind)) return undefined;
  const groupEnd = lengthEnd + 1 + Number(key.slice(kindEnd + 1, lengthEnd));
  return {
    kind,
    groupId: key.slice(lengthEnd + 1, groupEnd),
    memberId: key.slice(groupEnd + 1),
  };
}

function isKind(text: string): text is DeadlineKind {
  return kinds.includes(text);
}

/** Nothing of a member is due any more. */
export function noMemberDeadlines(groupId: string, memberId: string): Deadline[] {
  const kindsOfMember = ['session', 'rebalance', 'join', 'sync'] as const;
  return kindsOfMember.map((kind) => ({
    key: deadlineKey(kind, groupId, memberId),
    atMs: undefined,
  }));
}
