/** What a classic group may have to do later. */
export type ClassicDeadline =
  /** A member was silent for too long, or an id that was given out did not come back. */
  | { readonly kind: 'session'; readonly groupId: string; readonly memberId: string }
  /** Members had time enough to join. */
  | { readonly kind: 'join'; readonly groupId: string }
  /** Members had time enough to ask for their assignment. */
  | { readonly kind: 'sync'; readonly groupId: string }
  /** A group that was made of one of another kind is to have all members join. */
  | { readonly kind: 'convert'; readonly groupId: string };

/** In front of all deadlines of classic groups. */
const prefix = 'classic';

/** Group ids may hold any character, so that their length stands in front. */
export function sessionKey(groupId: string, memberId: string): string {
  return `${prefix}/session/${groupId.length}/${groupId}/${memberId}`;
}

/** When the coming generation does not wait any longer. */
export function joinKey(groupId: string): string {
  return `${prefix}/join/${groupId}`;
}

/** When members that did not ask for their assignment are given up. */
export function syncKey(groupId: string): string {
  return `${prefix}/sync/${groupId}`;
}

/**
 * When a group takes up its work that was made of one of another kind: at once, but in an event behind the
 * replay of its record.
 */
export function convertKey(groupId: string): string {
  return `${prefix}/convert/${groupId}`;
}

/** Undefined for a key of somebody else. */
export function parseDeadline(key: string): ClassicDeadline | undefined {
  const [first, kind = ''] = key.split('/', 2);
  if (first !== prefix) return undefined;
  const rest = key.slice(prefix.length + kind.length + 2);
  if (kind === 'join' || kind === 'sync' || kind === 'convert') return { kind, groupId: rest };
  if (kind !== 'session') return undefined;
  const idsFrom = rest.indexOf('/') + 1;
  const groupTo = idsFrom + Number(rest.slice(0, idsFrom - 1));
  return {
    kind,
    groupId: rest.slice(idsFrom, groupTo),
    memberId: rest.slice(groupTo + 1),
  };
}
