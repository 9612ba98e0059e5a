import type { Client } from '../client/client.ts';
import { delay } from '../client/client-runtime.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { ReplicaMove } from '../util/replica-spread.ts';
import type { CliContext } from './cli-context.ts';
import { StatusLine } from './progress.ts';
import { counted } from './table.ts';

/** How often it is asked what is still on its way. */
const pollMs = 250;
/** A broker may tell of the end of a move before it tells of the new replicas. */
const settleMs = 5000;

/** What has become of moves: those that are there, refused or undone, and those that go on. */
export interface MoveOutcome {
  readonly done: readonly ReplicaMove[];
  readonly failed: readonly (ReplicaMove & { readonly error: string })[];
  /** Somebody did not want to wait any longer. */
  readonly ongoing: readonly ReplicaMove[];
}

/** What a run of moves works with. */
export interface MoveModules {
  readonly client: Client;
  readonly runtime: Runtime;
  readonly context: CliContext;
}

/**
 * Begins `moves`, and unless `detach` waits until they are there or the user interrupts, with a line of progress
 * on a terminal.
 */
export async function runMoves(
  moves: readonly ReplicaMove[],
  { detach }: { readonly detach: boolean },
  modules: MoveModules,
): Promise<MoveOutcome> {
  const outcomes = await modules.client.admin.alterReassignments(
    moves.map(({ topic, partition, to }) => ({ topic, partition, replicas: to })),
  );
  const refused = moves.flatMap((move, i) => {
    const outcome = outcomes[i];
    return outcome !== undefined && 'error' in outcome
      ? [{ ...move, error: outcome.error.message }]
      : [];
  });
  const begun = moves.filter((_, i) => !('error' in (outcomes[i] ?? {})));
  if (detach) return { done: [], failed: refused, ongoing: begun };
  const waited = await waitForMoves(begun, modules);
  return { ...waited, failed: [...refused, ...waited.failed] };
}

async function waitForMoves(
  moves: readonly ReplicaMove[],
  { client, runtime, context }: MoveModules,
): Promise<MoveOutcome> {
  const line = new StatusLine({ output: context.err, clock: runtime.clock });
  let interrupted = false;
  const stopListening = context.onInterrupt(() => {
    interrupted = true;
  });
  let stillSinceMs: number | undefined;
  try {
    for (;;) {
      const { ongoing, there, astray } = await lookAt(moves, client);
      const isStill = ongoing.length === 0;
      if (isStill && astray.length === 0) return { done: there, failed: [], ongoing: [] };
      const nowMs = runtime.clock.monotonicMs();
      stillSinceMs = isStill ? (stillSinceMs ?? nowMs) : undefined;
      if (stillSinceMs !== undefined && nowMs >= stillSinceMs + settleMs) {
        return { done: there, failed: astray, ongoing: [] };
      }
      if (interrupted) return { done: there, failed: [], ongoing: [...ongoing, ...astray] };
      line.show(() => progressText(moves.length, ongoing));
      await delay(runtime, pollMs);
    }
  } finally {
    stopListening();
    line.clear();
  }
}

interface Look {
  readonly ongoing: readonly ReplicaMove[];
  readonly there: readonly ReplicaMove[];
  /** Neither on their way nor where they were to go. */
  readonly astray: readonly (ReplicaMove & { readonly error: string })[];
}

async function lookAt(moves: readonly ReplicaMove[], client: Client): Promise<Look> {
  const moving = await client.admin.listReassignments();
  const going = new Set(moving.map(({ topic, partition }) => `${topic}-${partition}`));
  const ongoing = moves.filter(({ topic, partition }) => going.has(`${topic}-${partition}`));
  const still = moves.filter((move) => !ongoing.includes(move));
  const topics = [...new Set(still.map(({ topic }) => topic))];
  const places = new Map<string, readonly number[]>();
  if (topics.length > 0) {
    const metadata = await client.cluster.metadata(topics);
    for (const { name, partitions } of metadata.topics) {
      for (const { partition, replicas } of partitions)
        places.set(`${name}-${partition}`, replicas);
    }
  }
  const there: ReplicaMove[] = [];
  const astray: Look['astray'][number][] = [];
  for (const move of still) {
    const replicas = places.get(`${move.topic}-${move.partition}`);
    if (replicas !== undefined && replicas.join() === move.to.join()) there.push(move);
    else astray.push({ ...move, error: astrayText(move, replicas) });
  }
  return { ongoing, there, astray };
}

function astrayText({ topic, partition }: ReplicaMove, replicas?: readonly number[]): string {
  const name = `${topic}-${partition}`;
  if (replicas === undefined) return `${name} is not there any more`;
  return `${name} is on ${replicas.join(',')}: somebody has stopped its move or moved it elsewhere`;
}

function progressText(total: number, ongoing: readonly ReplicaMove[]): string {
  const names = ongoing.slice(0, 3).map(({ topic, partition }) => `${topic}-${partition}`);
  const waitsFor = names.length === 0 ? '' : `, waiting for ${names.join(', ')}`;
  const more = ongoing.length > names.length ? ' and others' : '';
  return `${total - ongoing.length} of ${counted(total, 'partition')} moved${waitsFor}${more}`;
}
