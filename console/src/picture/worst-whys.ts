import type { Why } from '../../../src/admin/contract/picture.ts';

/** What is said of something. */
export interface Whys {
  of(kind: Why['subject']['kind'], name: string): Why | null;
}

/** The first that is said of each subject, which is the worst; what is said of a member counts for its group. Pure. */
export function worstWhys(list: readonly Why[]): Whys {
  const bySubject = new Map<string, Why>();
  for (const why of list) {
    const kind = why.subject.kind === 'member' ? 'group' : why.subject.kind;
    const key = `${kind} ${why.subject.name}`;
    if (!bySubject.has(key)) bySubject.set(key, why);
  }
  return { of: (kind, name) => bySubject.get(`${kind} ${name}`) ?? null };
}
