import type { Client } from '../client/client.ts';
import type { OdradekError } from '../util/odradek-error.ts';
import { planDrain, type ReplicaMove } from '../util/replica-spread.ts';
import { brokerStorage } from './broker-storage.ts';
import { type CliContext, exitCodes } from './cli-context.ts';
import { connectionOptions, jsonOption, withClient } from './client-command.ts';
import {
  brokerOf,
  clusterState,
  parseNodeId,
  placeableBrokers,
  placesOf,
} from './cluster-state.ts';
import type { Arguments, Command } from './command.ts';
import {
  extentOf,
  movesAsJson,
  moveTable,
  withCopiedBytes,
  type PlannedMove,
} from './reassignment-report.ts';
import { type MoveModules, type MoveOutcome, runMoves } from './reassignment-run.ts';
import { printJson } from './report.ts';
import { counted } from './table.ts';
import { exitCodeOf, verdictOf } from './topic-reassign.ts';

/** `odradek broker drain`. */
export const brokerDrainCommand: Command = {
  name: 'broker drain',
  summary: 'Move every replica away from a broker, so that it can be stopped for good',
  description: [
    'Shows what moves, has the broker get no new replicas (cordoned.log.dirs=*), moves all that lies on it to the ' +
      'others, spread over their racks, and waits until nothing is left. Readers and writers go on meanwhile. A ' +
      'broker that has died can be drained too: its replicas are copied from those that are left.',
  ],
  positionals: [{ name: 'broker', required: true, completes: 'broker' }],
  options: {
    'dry-run': { type: 'boolean', help: 'Only shows what would move.' },
    'allow-fewer-replicas': {
      type: 'boolean',
      help: 'Leaves partitions with a replica less where every other broker has one already.',
    },
    cancel: {
      type: 'boolean',
      help: 'Stops a drain: what is on its way away goes back, and the broker may get replicas again.',
    },
    ...jsonOption,
    ...connectionOptions,
  },
  examples: [
    { text: 'What draining broker 4 would move', command: 'odradek broker drain 4 --dry-run' },
    { text: 'Do it', command: 'odradek broker drain 4' },
    { text: 'Think better of it', command: 'odradek broker drain 4 --cancel' },
  ],
  run: (args, context) => {
    const nodeId = parseNodeId(args.positionals[0] as string, '<broker>');
    return withClient(args, context, async (client, runtime) => {
      if (args.flag('cancel')) return cancelDrain(client, nodeId, args, context);
      const plan = await planned(client, nodeId);
      const problem = shortageOf(plan.moves, { mayBeFewer: args.flag('allow-fewer-replicas') });
      if (args.flag('dry-run')) return showDrain(plan.moves, problem, args, context);
      if (problem !== undefined) {
        context.err.write(`odradek: ${problem}\n`);
        return exitCodes.failed;
      }
      return drain(nodeId, plan, args, { client, runtime, context });
    });
  },
};

interface DrainPlan {
  readonly moves: readonly PlannedMove[];
  /** One that does not serve gets no new replicas anyway, and need not be stopped. */
  readonly isServing: boolean;
}

/** What lies on the broker, and where it is to go. Throws `INVALID_ARGUMENT` where there is no such broker. */
async function planned(client: Client, nodeId: number): Promise<DrainPlan> {
  const state = await clusterState(client);
  const isServing = brokerOf(state, nodeId).state === 'serves';
  const { sizes, cordoned } = await brokerStorage(client);
  const others = placeableBrokers(state, cordoned);
  const places = placesOf(state.topics, state.moving);
  const moves = withCopiedBytes(planDrain(nodeId, others, places), sizes);
  return { moves, isServing };
}

function shortageOf(
  moves: readonly ReplicaMove[],
  { mayBeFewer }: { readonly mayBeFewer: boolean },
): string | undefined {
  const short = moves.filter(({ from, to }) =>
    mayBeFewer ? to.length === 0 : to.length < from.length,
  );
  const [first] = short;
  if (first === undefined) return undefined;
  const others = short.length > 1 ? ` (and ${counted(short.length - 1, 'other')})` : '';
  const way = mayBeFewer ? '' : ', or leave a replica less with --allow-fewer-replicas';
  const partition = `${first.topic}-${first.partition}${others}`;
  return `${partition} has a replica on every other broker that serves: add a broker${way}`;
}

function showDrain(
  moves: readonly PlannedMove[],
  problem: string | undefined,
  args: Arguments,
  context: CliContext,
): number {
  if (args.flag('json')) printJson(context, movesAsJson(moves));
  else {
    if (moves.length > 0) context.out.write(moveTable(moves));
    context.err.write(
      moves.length === 0
        ? 'Nothing lies on this broker.\n'
        : `Nothing was moved: without --dry-run it is, ${extentOf(moves)}.\n`,
    );
  }
  if (problem !== undefined) context.err.write(`odradek: ${problem}\n`);
  return problem === undefined ? exitCodes.ok : exitCodes.failed;
}

async function drain(
  nodeId: number,
  plan: DrainPlan,
  args: Arguments,
  modules: MoveModules,
): Promise<number> {
  const { client, context } = modules;
  const isJson = args.flag('json');
  const { isServing } = plan;
  const warning = isServing ? await setCordon(client, nodeId, true) : undefined;
  if (warning !== undefined) {
    context.err.write(`odradek: new replicas may still come to it: ${warning.message}\n`);
  }
  let outcome: MoveOutcome = { done: [], failed: [], ongoing: [] };
  // What a topic put here that was made before the broker was cordoned is found when the rest has gone.
  for (let left = plan.moves; left.length > 0; left = (await planned(client, nodeId)).moves) {
    if (!isJson) context.out.write(moveTable(left));
    const round = await runMoves(left, { detach: false }, modules);
    outcome = { ...round, done: [...outcome.done, ...round.done] };
    if (round.failed.length + round.ongoing.length > 0) break;
  }
  if (isJson) printJson(context, { nodeId, ...outcome });
  else context.err.write(drainVerdict(nodeId, { outcome, isServing }, context));
  return exitCodeOf(outcome, { detach: false });
}

function drainVerdict(
  nodeId: number,
  { outcome, isServing }: { readonly outcome: MoveOutcome; readonly isServing: boolean },
  context: CliContext,
): string {
  if (outcome.failed.length + outcome.ongoing.length > 0) {
    return verdictOf(outcome, { detach: false }, context);
  }
  const done = `Done: nothing lies on broker ${nodeId} any more`;
  const forget = `${context.commandLine(`broker unregister ${nodeId}`)} has the cluster forget it.\n`;
  return isServing
    ? `${done}, and it gets no new replicas.\nStop its process with Ctrl-C or SIGTERM; then ${forget}`
    : `${done}.\nIt does not serve: ${forget}`;
}

/** Keeps new replicas away from a broker, or lets them come; answers why it could not. */
async function setCordon(
  client: Client,
  nodeId: number,
  isCordoned: boolean,
): Promise<OdradekError | undefined> {
  const name = 'cordoned.log.dirs';
  const change = isCordoned
    ? ({ name, operation: 'set', value: '*' } as const)
    : ({ name, operation: 'delete' } as const);
  const resource = { type: 'broker', name: String(nodeId) } as const;
  const changes = [{ resource, changes: [change] }];
  const [outcome] = await client.admin.incrementalAlterConfigs(changes);
  return outcome !== undefined && 'error' in outcome ? outcome.error : undefined;
}

async function cancelDrain(
  client: Client,
  nodeId: number,
  args: Arguments,
  context: CliContext,
): Promise<number> {
  brokerOf(await clusterState(client), nodeId);
  const moving = await client.admin.listReassignments();
  const leaving = moving.filter(({ removingReplicas }) => removingReplicas.includes(nodeId));
  const outcomes = await client.admin.alterReassignments(
    leaving.map(({ topic, partition }) => ({ topic, partition, replicas: null })),
  );
  const failures = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
  const uncordoned = await setCordon(client, nodeId, false);
  if (uncordoned !== undefined) failures.push(uncordoned);
  const stopped = leaving.length - outcomes.filter((outcome) => 'error' in outcome).length;
  if (args.flag('json')) {
    printJson(context, { nodeId, stopped, failures: failures.map(({ message }) => message) });
  } else {
    for (const { message } of failures) context.err.write(`odradek: ${message}\n`);
    context.err.write(
      `Stopped: ${counted(stopped, 'partition')} went back. What had moved already stays where it is.\n`,
    );
  }
  return failures.length === 0 ? exitCodes.ok : exitCodes.failed;
}
