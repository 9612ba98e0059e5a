import type { Why } from '../contract/picture.ts';

const ranks = { stopped: 0, behind: 1, 'at-risk': 2 } as const;

/** The worst first; those as bad as each other in their order. */
export function worstFirst(whys: readonly Why[]): Why[] {
  return whys.toSorted((a, b) => ranks[a.severity] - ranks[b.severity]);
}
