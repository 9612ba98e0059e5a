import type { OngoingReassignment } from '../client/admin-reassignments.ts';
import type { Client } from '../client/client.ts';
import type { TopicMetadata } from '../client/cluster-metadata.ts';
import { must } from '../util/assert.ts';
import { planOnto, planReplicationFactor, type ReplicaMove } from '../util/replica-spread.ts';
import type { CliContext } from './cli-context.ts';
import {
  brokerOf,
  clusterState,
  parseNodeId,
  placeableBrokers,
  placesOf,
} from './cluster-state.ts';
import type { Arguments } from './command.ts';
import { wholeNumber } from './parse-arguments.ts';
import { readReassignments } from './reassignment-file.ts';
import { findTopics } from './topic-patterns.ts';
import { usageError } from './usage-error.ts';

/** Where partitions are to go, as the command line says it. */
export interface WantedPlaces {
  /** Brokers to spread over; undefined for all that serve, what lies on others staying. */
  readonly brokers: readonly number[] | undefined;
  readonly replicationFactor: number | undefined;
  /** A file that says it for each partition, `-` for standard input. */
  readonly file: string | undefined;
}

/** What `topic reassign` is asked for. Throws `INVALID_ARGUMENT` where it is nothing, or contradicts itself. */
export function wantedPlaces(args: Arguments): WantedPlaces {
  const brokers = args.text('brokers');
  const factor = args.text('replication-factor');
  const file = args.text('file');
  const isNamed = args.positionals.length > 0;
  const wantsSpread = brokers !== undefined || factor !== undefined;
  if (file === undefined ? !(wantsSpread && isNamed) : wantsSpread || isNamed) {
    const expected =
      'topics with --brokers or --replication-factor, or --file, or --list, or --cancel';
    throw usageError(`topic reassign: expected ${expected}.`, 'topic reassign', expected);
  }
  return {
    brokers: brokers
      ?.split(',')
      .map((text) => parseNodeId(text.trim(), '--brokers'))
      .filter((id, i, all) => all.indexOf(id) === i),
    replicationFactor:
      factor === undefined ? undefined : wholeNumber(factor, '--replication-factor', 1, 0x7fff),
    file,
  };
}

/** What has to move so that partitions are where they are wanted. Throws `INVALID_ARGUMENT` and as the client does. */
export async function planReassignment(
  client: Client,
  {
    topics,
    wanted,
    cordoned,
  }: {
    readonly topics: readonly string[];
    readonly wanted: WantedPlaces;
    /** Brokers that get nothing unless they are named. */
    readonly cordoned: ReadonlySet<number>;
  },
  context: CliContext,
): Promise<readonly ReplicaMove[]> {
  const { file } = wanted;
  if (file !== undefined) return filedMoves(client, file, context);
  const named = await findTopics(client, topics);
  const state = await clusterState(client);
  const chosen = placesOf(named, state.moving);
  const all = placesOf(state.topics, state.moving);
  const { brokers, replicationFactor } = wanted;
  const usable =
    brokers === undefined
      ? placeableBrokers(state, cordoned)
      : brokers.map((nodeId) => brokerOf(state, nodeId));
  const count = replicationFactor;
  if (count !== undefined && count > usable.length) {
    const expected = `at most ${usable.length}, as many as there are brokers to choose from`;
    throw usageError(
      `--replication-factor ${count}: expected ${expected}.`,
      String(count),
      expected,
    );
  }
  const moves =
    brokers === undefined
      ? planReplicationFactor(must(count), usable, all, chosen)
      : planOnto(usable, all, chosen, count);
  refuseShort(moves, count);
  return moves;
}

/** With fewer brokers than it has replicas, a partition would come out with fewer than it had. */
function refuseShort(moves: readonly ReplicaMove[], count: number | undefined): void {
  const short = moves.find(({ from, to }) => to.length < (count ?? from.length));
  if (short === undefined) return;
  const expected = 'as many brokers as the partitions have replicas, or --replication-factor';
  const name = `${short.topic}-${short.partition}`;
  throw usageError(
    `${name} has ${short.from.length} replicas, and only ${short.to.length} find a place: expected ${expected}.`,
    name,
    expected,
  );
}

async function filedMoves(
  client: Client,
  file: string,
  context: CliContext,
): Promise<readonly ReplicaMove[]> {
  const input = file === '-' ? context.input : context.openFile(file);
  const filed = await readReassignments(input, file === '-' ? 'standard input' : file);
  const topics = await findTopics(client, [...new Set(filed.map(({ topic }) => topic))]);
  const { moving } = await clusterState(client);
  const places = placesOf(topics, moving);
  const moves = filed.map(({ topic, partition, replicas }): ReplicaMove => {
    const place = places.find((other) => other.topic === topic && other.partition === partition);
    if (place === undefined) {
      throw usageError(
        `There is no partition ${topic}-${partition}.`,
        file,
        'partitions there are',
      );
    }
    return { topic, partition, from: place.replicas, to: replicas };
  });
  return moves.filter(
    ({ from, to }) => from.length !== to.length || from.some((id, i) => id !== to[i]),
  );
}

/** Of `moving`, what is meant by names and patterns of topics; all where there are none. */
export function meantOf(
  moving: readonly OngoingReassignment[],
  topics: readonly TopicMetadata[] | undefined,
): readonly OngoingReassignment[] {
  if (topics === undefined) return moving;
  const names = new Set(topics.map(({ name }) => name));
  return moving.filter(({ topic }) => names.has(topic));
}
