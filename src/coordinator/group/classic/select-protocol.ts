import type { MemberDetails } from './classic-member.ts';

/**
 * The protocol of the next generation: each member votes for the one that it likes best of those that all
 * know; of those with most votes the one voted for first wins. Undefined where there is none that all know.
 */
export function selectProtocol(members: readonly MemberDetails[]): string | undefined {
  const knownBy = new Map<string, number>();
  for (const { protocols } of members) {
    for (const { name } of protocols) knownBy.set(name, (knownBy.get(name) ?? 0) + 1);
  }
  const votes = new Map<string, number>();
  for (const { protocols } of members) {
    const choice = protocols.find(({ name }) => knownBy.get(name) === members.length);
    if (choice !== undefined) votes.set(choice.name, (votes.get(choice.name) ?? 0) + 1);
  }
  let winner: string | undefined;
  for (const [name, count] of votes) {
    if (winner === undefined || count > (votes.get(winner) ?? 0)) winner = name;
  }
  return winner;
}
