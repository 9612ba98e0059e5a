import type { Client } from '../client/client.ts';
import { nearestWord } from '../util/nearest.ts';
import { OdradekError } from '../util/odradek-error.ts';
import { isPattern, matchesWildcards } from '../util/wildcards.ts';

/**
 * The ids that names and patterns stand for, in the order in which they were named, those of a pattern in their
 * own order. A name is taken as it is; throws `UNKNOWN_GROUP` for a pattern that no group matches, unless
 * `mayMatchNone`.
 */
export async function findGroupIds(
  client: Client,
  named: readonly string[],
  options: { readonly mayMatchNone?: boolean } = {},
): Promise<readonly string[]> {
  const all = named.some(isPattern) ? await client.admin.listGroups() : [];
  const found = new Set<string>();
  for (const name of named) {
    // A group may have the id that looks like a pattern: then it is meant.
    if (!isPattern(name) || all.some(({ groupId }) => groupId === name)) found.add(name);
    else {
      const matching = all.filter(({ groupId }) => matchesWildcards(groupId, name));
      if (matching.length === 0 && options.mayMatchNone !== true) {
        throw noGroup(name, `no group matches ${name}`);
      }
      for (const { groupId } of matching) found.add(groupId);
    }
  }
  return [...found];
}

/** `error` itself, or where it says that there is no such group, with the nearest one that there is. */
export async function withNearestGroup(client: Client, error: OdradekError): Promise<OdradekError> {
  if (error.details.code !== 'UNKNOWN_GROUP') return error;
  const { group } = error.details;
  const others = await client.admin.listGroups();
  const guess = nearestWord(
    group,
    others.map(({ groupId }) => groupId),
  );
  const hint = guess === undefined ? '' : `; did you mean ${guess}?`;
  return noGroup(group, `there is no group ${group}${hint}`);
}

function noGroup(group: string, message: string): OdradekError {
  return new OdradekError(message, { code: 'UNKNOWN_GROUP', group });
}
