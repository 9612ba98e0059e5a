import type { Logger } from '../util/logger.ts';

/** Characters of a reason that are logged; clients send no more (KIP-800). */
const reasonLengthMax = 255;

/** Logs why a member says that it joins again or leaves, if it says so. */
export function logReason(
  logger: Logger,
  event: string,
  told: { readonly groupId: string; readonly memberId: string; readonly reason: string | null },
): void {
  const { groupId, memberId, reason } = told;
  if (reason === null || reason === '') return;
  logger.debug(event, { groupId, memberId, reason: reason.slice(0, reasonLengthMax) });
}
