import type { ConsumedRecord } from '../client/client-records.ts';
import type { LogPosition } from '../client/start-positions.ts';
import type { Clock } from '../runtime/runtime.ts';
import type { Arguments } from './command.ts';
import { wholeNumber } from './parse-arguments.ts';
import { parsePosition } from './position-argument.ts';
import { usageError } from './usage-error.ts';

/** Reading under way, with a group or without one. */
export interface Reading {
  /** How many offsets there are to be read, where that is known. */
  readonly offsetCount: number | undefined;
  records(): AsyncIterable<readonly ConsumedRecord[]>;
  /** These records were printed. */
  processed(records: readonly ConsumedRecord[]): void;
  /** Ends `records` after what it has handed out. */
  stop(): void;
}

/** What `odradek consume` is asked for. */
export interface ConsumePlan {
  readonly topics: readonly string[];
  readonly partitions: ReadonlySet<number> | undefined;
  readonly from: LogPosition;
  readonly until: LogPosition | undefined;
  readonly recordsMax: number;
  readonly isFollowing: boolean;
  readonly isolation: 'read_uncommitted' | 'read_committed';
  /** The group whose member it is; undefined to read without one. */
  readonly group: string | undefined;
  readonly groupProtocol: 'classic' | 'consumer';
  readonly instanceId: string | undefined;
}

/** What the command line asks for. Throws `INVALID_ARGUMENT` for what contradicts itself. */
export function parsePlan(args: Arguments, clock: Clock): ConsumePlan {
  checkGroupOptions(args);
  const isFollowing = args.flag('follow');
  const untilText = args.text('until');
  const until = parsePosition(untilText ?? 'end', '--until', clock);
  if (isFollowing && untilText !== undefined && until.at !== 'offset') {
    const expected = 'an offset';
    throw usageError(
      `--follow with --until ${untilText}: expected ${expected}.`,
      '--until',
      expected,
    );
  }
  const partitions = args
    .texts('partition')
    .map((text) => wholeNumber(text, '--partition', 0, 0x7fff_ffff));
  const max = args.text('max');
  return {
    topics: args.positionals,
    partitions: partitions.length === 0 ? undefined : new Set(partitions),
    from: parsePosition(args.text('from') ?? 'beginning', '--from', clock),
    until: isFollowing && untilText === undefined ? undefined : until,
    recordsMax: max === undefined ? Number.POSITIVE_INFINITY : wholeNumber(max, '--max', 1),
    isFollowing,
    isolation: args.text('isolation') === 'read_committed' ? 'read_committed' : 'read_uncommitted',
    group: args.text('group'),
    groupProtocol: args.text('group-protocol') === 'consumer' ? 'consumer' : 'classic',
    instanceId: args.text('instance-id'),
  };
}

/** A group decides itself who reads what. */
function checkGroupOptions(args: Arguments): void {
  const hasGroup = args.flag('group');
  for (const option of ['instance-id', 'group-protocol']) {
    if (hasGroup || !args.flag(option)) continue;
    throw usageError(`--${option}: expected with --group.`, `--${option}`, '--group');
  }
  if (hasGroup && args.text('group') === '') {
    throw usageError("--group '': expected the id of a group.", '--group', 'the id of a group');
  }
  if (hasGroup && args.flag('partition')) {
    const expected = 'one of them, since the group shares out all partitions';
    throw usageError(`--group and --partition: expected ${expected}.`, '--partition', expected);
  }
  if (hasGroup && args.flag('follow') && args.flag('until')) {
    const expected = 'one of --follow and --until with --group';
    throw usageError(`--follow and --until: expected ${expected}.`, '--until', expected);
  }
}
