import { valueOf } from '../../client/admin-items.ts';
import { brokerRefused } from '../../client/client-errors.ts';
import type { Client } from '../../client/client.ts';
import { membersProblem } from '../../client/group/members-problem.ts';
import {
  commitResets,
  type OffsetReset as PlannedReset,
  planResets,
  type ResetTarget,
} from '../../client/group/offset-resets.ts';
import type { TopicPartition } from '../../client/group/topic-partition.ts';
import { errorCodes } from '../../protocol/error-codes.ts';
import { must } from '../../util/assert.ts';
import type { OffsetReset } from '../contract/topics.ts';
import {
  type BodyFields,
  flagField,
  numbersField,
  refuseUnknownFields,
  textField,
} from '../http/body-fields.ts';
import { badField, HttpProblem } from '../http/problem.ts';
import { parseLogPosition } from '../log-position.ts';

/**
 * `POST /api/groups/ID/reset-offsets`, as `odradek group reset-offsets`: what the offsets of a group in a topic become,
 * which with `dryRun` stays a plan. A group that is not there comes to be. Throws a `HttpProblem`, or as the client
 * does; what was committed before it did is committed.
 */
export async function resetOffsets(
  client: Client,
  groupId: string,
  body: BodyFields,
): Promise<readonly OffsetReset[]> {
  refuseUnknownFields(body, ['topic', 'partitions', 'to', 'dryRun']);
  const topic = textField(body, 'topic');
  const target = parseTarget(textField(body, 'to'));
  const wanted = numbersField(body, 'partitions');
  const isPlan = flagField(body, 'dryRun');
  await refuseMembers(client, groupId);
  const partitions = await partitionsOf(client, topic, wanted);
  const planned = await planResets(client, groupId, partitions, target);
  const possible = planned.filter(({ before }) => target.at !== 'shifted' || before !== undefined);
  if (possible.length === 0) {
    throw badField(
      'to',
      `Group ${groupId} has committed nothing in ${topic} that could be shifted.`,
    );
  }
  const resets = possible.map(resetOf);
  if (!isPlan) refuseFailures(await commitResets(client, groupId, possible));
  return resets;
}

function parseTarget(to: string): ResetTarget {
  const by = /^shift:([+-]?\d{1,16})$/.exec(to)?.[1];
  if (by === undefined) return parseLogPosition(to, 'to');
  if (Number.isSafeInteger(Number(by))) return { at: 'shifted', by: Number(by) };
  throw badField('to', `to: ${to}: expected shift: with a whole number below 2^53.`);
}

async function refuseMembers(client: Client, groupId: string): Promise<void> {
  const group = must((await client.admin.describeGroups([groupId]))[0]);
  if ('error' in group) {
    if (group.error.code === 'UNKNOWN_GROUP') return;
    throw group.error;
  }
  const problem = membersProblem(group.value, 'reset its offsets');
  if (problem !== undefined) throw problem;
}

async function partitionsOf(
  client: Client,
  topic: string,
  wanted: readonly number[] | undefined,
): Promise<readonly TopicPartition[]> {
  const { partitions } = valueOf(must((await client.admin.describeTopics([topic]))[0]));
  const all = partitions.map(({ partition }) => partition);
  const missing = wanted?.find((partition) => !all.includes(partition));
  if (missing !== undefined) {
    const message = `Topic ${topic} has no partition ${missing}; it has ${all.length}, numbered from 0.`;
    throw badField('partitions', message);
  }
  return [...new Set(wanted ?? all)].map((partition) => ({ topic, partition }));
}

/** The log of each can be asked where a group goes on in it; else nothing is reset. */
function resetOf({ topic, partition, before, after, endOffset }: PlannedReset): OffsetReset {
  if (after === undefined || endOffset === undefined) {
    throw brokerRefused(`reset offsets in ${topic}-${partition}`, errorCodes.LEADER_NOT_AVAILABLE);
  }
  return {
    topic,
    partition,
    oldOffset: before ?? null,
    newOffset: after,
    highWatermark: endOffset,
  };
}

function refuseFailures(resets: readonly PlannedReset[]): void {
  const failed = resets.filter(({ error }) => error !== undefined);
  const [first] = failed;
  if (first === undefined) return;
  throw new HttpProblem(409, {
    code: 'OFFSETS_NOT_RESET',
    message: `${failed.length} of ${resets.length} partitions were not reset: ${first.error}.`,
    remedy: 'Look at the group again: the others were.',
  });
}
