import type { OngoingReassignment } from '../client/admin-reassignments.ts';
import type { Client } from '../client/client.ts';
import { brokerStorage } from './broker-storage.ts';
import { type CliContext, exitCodes } from './cli-context.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import type { Arguments, Command } from './command.ts';
import { meantOf, planReassignment, wantedPlaces } from './reassignment-plan.ts';
import {
  extentOf,
  movesAsJson,
  moveTable,
  ongoingTable,
  withCopiedBytes,
  type PlannedMove,
} from './reassignment-report.ts';
import { type MoveOutcome, runMoves } from './reassignment-run.ts';
import { printJson } from './report.ts';
import { counted } from './table.ts';
import { findTopics } from './topic-patterns.ts';
import { usageError } from './usage-error.ts';

/** `odradek topic reassign`. */
export const topicReassignCommand: Command = {
  name: 'topic reassign',
  summary: 'Move partitions to other brokers, or give them more or fewer replicas',
  description: [
    'Shows what would move and changes nothing without --execute, which then waits until the partitions are where ' +
      'they are to be. New replicas are copied first, and the old ones go once the new ones are in sync: readers and ' +
      'writers go on meanwhile. Replicas of a partition are put on different racks as far as that goes, and what ' +
      'lies well already stays.',
  ],
  positionals: [{ name: 'topic', required: false, repeated: true, completes: 'topic' }],
  options: {
    brokers: {
      type: 'string',
      placeholder: 'ID,ID',
      completes: 'nothing',
      help: 'Spreads the partitions evenly over these brokers and no others.',
    },
    'replication-factor': {
      type: 'string',
      short: 'r',
      placeholder: 'N',
      help: 'How many replicas each partition is to have.',
    },
    file: {
      type: 'string',
      short: 'f',
      placeholder: 'FILE',
      completes: 'file',
      help: 'Reads the replicas of each partition from a JSON file of kafka-reassign-partitions, - being standard input. The first replica is the preferred leader.',
    },
    list: { type: 'boolean', help: 'Only shows what is on its way.' },
    cancel: {
      type: 'boolean',
      help: 'Stops what is on its way, and goes back to the brokers of before.',
    },
    execute: { type: 'boolean', help: 'Does it.' },
    detach: { type: 'boolean', help: 'Does not wait until the partitions are there.' },
    ...jsonOption,
    ...connectionOptions,
  },
  examples: [
    {
      text: 'See what it would mean to have three replicas, then do it',
      command: 'odradek topic reassign orders -r 3',
    },
    { text: 'The same, done', command: 'odradek topic reassign orders -r 3 --execute' },
    {
      text: 'Spread all topics over the brokers 1 to 4',
      command: "odradek topic reassign '*' --brokers 1,2,3,4 --execute",
    },
    {
      text: 'Keep a plan in a file, and carry it out later',
      command: 'odradek topic reassign orders --brokers 2,3,4 --json > plan.json',
    },
    { text: 'What is on its way', command: 'odradek topic reassign --list' },
    { text: 'Stop it', command: 'odradek topic reassign orders --cancel --execute' },
  ],
  run: async (args, context) => {
    if (args.flag('list') || args.flag('cancel')) {
      refuseContradiction(args);
      return withClient(args, context, (client) => listOrCancel(client, args, context));
    }
    const wanted = wantedPlaces(args);
    return withClient(args, context, async (client, runtime) => {
      const storage = await brokerStorage(client);
      const asked = { topics: args.positionals, wanted, cordoned: storage.cordoned };
      const moves = await planReassignment(client, asked, context);
      const planned = withCopiedBytes(moves, storage.sizes);
      if (!args.flag('execute')) return showPlan(planned, args, context);
      if (!args.flag('json')) context.out.write(planned.length === 0 ? '' : moveTable(planned));
      const detach = args.flag('detach');
      const outcome = await runMoves(planned, { detach }, { client, runtime, context });
      if (args.flag('json')) printJson(context, { executed: true, ...outcome });
      else context.err.write(verdictOf(outcome, { detach }, context));
      return exitCodeOf(outcome, { detach });
    });
  },
};

function refuseContradiction(args: Arguments): void {
  const expected = 'one of --list, --cancel, and a place to move to';
  const others = ['brokers', 'replication-factor', 'file'].filter((name) => args.flag(name));
  if (others.length === 0 && !(args.flag('list') && args.flag('cancel'))) {
    if (args.flag('list') || args.positionals.length > 0) return;
    throw usageError(
      "topic reassign --cancel needs topics; '*' is all of them.",
      '--cancel',
      'topics',
    );
  }
  throw usageError(`topic reassign: expected ${expected}.`, 'topic reassign', expected);
}

async function listOrCancel(client: Client, args: Arguments, context: CliContext): Promise<number> {
  const named = args.positionals;
  const topics = named.length === 0 ? undefined : await findTopics(client, named);
  const moving = meantOf(await client.admin.listReassignments(), topics);
  const executes = args.flag('cancel') && args.flag('execute');
  const failures = executes ? await cancel(client, moving) : [];
  if (args.flag('json')) printJson(context, { cancelled: executes, partitions: moving, failures });
  else {
    if (moving.length > 0) context.out.write(ongoingTable(moving));
    for (const failure of failures) context.err.write(`odradek: ${failure}\n`);
    context.err.write(listVerdict(moving, failures, args));
  }
  return failures.length === 0 ? exitCodes.ok : exitCodes.failed;
}

/** Answers what could not be stopped. */
async function cancel(client: Client, moving: readonly OngoingReassignment[]): Promise<string[]> {
  const outcomes = await client.admin.alterReassignments(
    moving.map(({ topic, partition }) => ({ topic, partition, replicas: null })),
  );
  return outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error.message] : []));
}

function listVerdict(
  moving: readonly OngoingReassignment[],
  failures: readonly string[],
  args: Arguments,
): string {
  if (moving.length === 0) return 'No partition is on its way.\n';
  if (!args.flag('cancel')) return '';
  const count = counted(moving.length, 'partition');
  if (!args.flag('execute')) return `Nothing was stopped yet: --execute does it, for ${count}.\n`;
  if (failures.length > 0) return '';
  return `Stopped: ${count} went back to where they were.\n`;
}

function showPlan(moves: readonly PlannedMove[], args: Arguments, context: CliContext): number {
  if (args.flag('json')) printJson(context, movesAsJson(moves));
  else {
    if (moves.length > 0) context.out.write(moveTable(moves));
    context.err.write(
      moves.length === 0
        ? 'There is nothing to move.\n'
        : `Nothing was moved yet: --execute does it, for ${extentOf(moves)}.\n`,
    );
  }
  return exitCodes.ok;
}

/** What has come of moves, in lines for people. */
export function verdictOf(
  { done, failed, ongoing }: MoveOutcome,
  { detach }: { readonly detach: boolean },
  context: CliContext,
): string {
  const lines = failed.map(({ error }) => `odradek: ${error}\n`);
  if (ongoing.length > 0) {
    const count = counted(ongoing.length, 'partition');
    const goesOn = detach ? `${count} on the way` : `Interrupted, with ${count} still on the way`;
    const list = context.commandLine('topic reassign --list');
    lines.push(`${goesOn}; ${list} shows them, and --cancel stops them.\n`);
  } else if (failed.length === 0) {
    lines.push(
      done.length === 0
        ? 'There is nothing to move.\n'
        : `Done: ${counted(done.length, 'partition')} moved.\n`,
    );
  }
  return lines.join('');
}

/** The exit code that goes with it. */
export function exitCodeOf(
  { failed, ongoing }: MoveOutcome,
  { detach }: { readonly detach: boolean },
): number {
  if (failed.length > 0) return exitCodes.failed;
  return ongoing.length > 0 && !detach ? exitCodes.interrupted : exitCodes.ok;
}
