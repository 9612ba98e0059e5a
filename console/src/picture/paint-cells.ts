import type { Colours } from './colours.ts';
import { cellOf } from './flows.ts';
import type { CellBox, RowBox } from './boxes.ts';
import type { ReplicaRole, SceneBand, ScenePartition } from './scene.ts';

const block = 5;
const pitch = 6.5;
const inset = 3;

/** A replica as it is painted. */
interface Replica {
  readonly role: ReplicaRole;
  readonly lag: number;
  readonly messages: number;
  /** How far the log has moved, in pixels. */
  readonly phase: number;
}

/** Paints the logs of a partition's replicas, each on its broker's lane. */
export function paintPartition(
  context: CanvasRenderingContext2D,
  partition: ScenePartition,
  row: RowBox,
  phase: number,
  colours: Colours,
): void {
  for (const cell of row.cells) {
    const here = partition.replicas.filter(({ nodeId }) => cellOf(row, nodeId) === cell);
    const replica = here.find(({ role }) => role === 'leader') ?? here[0];
    if (replica === undefined) continue;
    const { role, lag } = replica;
    const messages = Math.max(0, (partition.messages ?? 0) - lag);
    paintLog(context, cell, { role, lag, messages, phase }, colours);
  }
}

const roleColour: Readonly<Record<ReplicaRole, keyof Colours>> = {
  leader: 'leader',
  'in-sync': 'follower',
  lagging: 'lagging',
  offline: 'offline',
};

/**
 * A log: its records from the oldest, at the left, to the newest. While it is short each block is a record; a full one
 * moves to the left as it grows. A gap at the right is what a follower has not got yet.
 */
function paintLog(
  context: CanvasRenderingContext2D,
  cell: CellBox,
  replica: Replica,
  colours: Colours,
): void {
  const { role } = replica;
  frame(context, cell, role, colours);
  const colour = colours[roleColour[role]];
  context.save();
  context.beginPath();
  context.rect(cell.x + inset, cell.y, cell.width - 2 * inset, cell.height);
  context.clip();
  context.fillStyle = colour;
  const room = cell.width - 2 * inset;
  const blocksMax = Math.floor(room / pitch);
  const full = replica.messages > blocksMax;
  const gap = role === 'lagging' ? Math.min(room * 0.6, 6 + 5 * Math.log2(1 + replica.lag)) : 0;
  const shown = full ? blocksMax + 2 : replica.messages;
  const moved = full && role !== 'offline' ? replica.phase % pitch : 0;
  const right = full ? cell.x + inset + room - gap : cell.x + inset + shown * pitch;
  const strength = role === 'leader' ? 1 : role === 'offline' ? 0.35 : 0.7;
  for (let back = 0; back < shown; back += 1) {
    const x = right - (back + 1) * pitch + (full ? pitch - moved : 0);
    context.globalAlpha = strength * Math.max(0.22, 1 - back / (blocksMax * 0.85));
    context.fillRect(x, cell.y + inset, block, cell.height - 2 * inset);
  }
  context.restore();
}

function frame(
  context: CanvasRenderingContext2D,
  cell: CellBox,
  role: ReplicaRole,
  colours: Colours,
): void {
  context.save();
  context.beginPath();
  context.roundRect(cell.x + 0.5, cell.y + 0.5, cell.width - 1, cell.height - 1, 3);
  context.fillStyle = colours.cell;
  context.fill();
  context.strokeStyle = role === 'in-sync' ? colours.cellBorder : colours[roleColour[role]];
  context.lineWidth = role === 'leader' ? 1.5 : 1;
  if (role === 'lagging' || role === 'offline') context.setLineDash([3, 2]);
  context.stroke();
  context.restore();
}

const squareMost = 9;
/** Narrower than that they are not told apart. */
const squareLeast = 5;
const squareGap = 3;

/** Paints the one line of a folded topic: on each lane a square for each replica, or a bar where they do not fit. */
export function paintFolded(
  context: CanvasRenderingContext2D,
  band: SceneBand,
  row: RowBox,
  colours: Colours,
): void {
  for (const cell of row.cells) {
    const roles = band.partitions.flatMap(({ replicas }) =>
      replicas.filter(({ nodeId }) => cellOf(row, nodeId) === cell).map(({ role }) => role),
    );
    const square = Math.min(squareMost, (cell.width + squareGap) / roles.length - squareGap);
    if (square >= squareLeast) paintSquares(context, cell, roles, square, colours);
    else paintBar(context, cell, roles, colours);
  }
}

function paintSquares(
  context: CanvasRenderingContext2D,
  cell: CellBox,
  roles: readonly ReplicaRole[],
  square: number,
  colours: Colours,
): void {
  const squarePitch = square + squareGap;
  const first = cell.x + (cell.width - roles.length * squarePitch + squareGap) / 2;
  for (const [index, role] of roles.entries()) {
    const x = first + index * squarePitch;
    const y = cell.y + (cell.height - square) / 2;
    context.beginPath();
    context.roundRect(x + 0.5, y + 0.5, square - 1, square - 1, 2);
    context.fillStyle = role === 'leader' ? colours.leader : colours.cell;
    context.fill();
    context.strokeStyle = colours[roleColour[role]];
    context.lineWidth = 1.2;
    context.setLineDash(role === 'offline' ? [2, 1.5] : []);
    context.stroke();
  }
  context.setLineDash([]);
}

function paintBar(
  context: CanvasRenderingContext2D,
  cell: CellBox,
  roles: readonly ReplicaRole[],
  colours: Colours,
): void {
  let { x } = cell;
  for (const role of ['leader', 'in-sync', 'lagging', 'offline'] as const) {
    const count = roles.filter((one) => one === role).length;
    const width = (cell.width * count) / roles.length;
    context.fillStyle = colours[roleColour[role]];
    context.globalAlpha = role === 'in-sync' ? 0.55 : 1;
    context.fillRect(x, cell.y + 4, Math.max(0, width - 1), cell.height - 8);
    x += width;
  }
  context.globalAlpha = 1;
}
