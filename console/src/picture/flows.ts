/**
 * What flows where: from each producer to the leaders of the partitions that it writes, from each leader to the member
 * that reads it. Pure.
 */
import type { BandBox, CellBox, Layout, RowBox } from './boxes.ts';
import { curve, pathThrough, type Path, type Point } from './paths.ts';
import type { Scene, SceneBand } from './scene.ts';
import { sizes } from './sizes.ts';

/** A way that messages take now. */
export interface Flow {
  /** The same from picture to picture. */
  readonly id: string;
  readonly kind: 'write' | 'read';
  readonly topic: string;
  /** The producer's id, or the group's. */
  readonly end: string;
  readonly messagesPerSecond: number;
  readonly path: Path;
}

/** How many records a second a group reads of a partition. */
export type ReadRate = (groupId: string, topic: string, partition: number) => number;

/** All flows of a scene as it is laid out. */
export function flowsOf(scene: Scene, layout: Layout, readRate: ReadRate): Flow[] {
  const bands = new Map(
    scene.bands.flatMap((band, index) => {
      const box = layout.bands[index];
      return box === undefined ? [] : [[band.topic, { band, box }] as const];
    }),
  );
  return [...writes(scene, layout, bands), ...reads(scene, layout, bands, readRate)];
}

type Bands = ReadonlyMap<string, { readonly band: SceneBand; readonly box: BandBox }>;

function* writes(scene: Scene, layout: Layout, bands: Bands): Iterable<Flow> {
  const boxes = new Map(layout.producers.map((box) => [box.id, box]));
  for (const producer of scene.producers) {
    const from = boxes.get(producer.id);
    for (const { topic, messagesPerSecond } of producer.topics) {
      const found = bands.get(topic);
      if (from === undefined || found === undefined) continue;
      const stops = leadersOf(found.band, found.box);
      for (const { row, cell, share, key } of stops) {
        const start = { x: from.x + from.width, y: from.y + from.height / 2 };
        yield {
          id: `w ${producer.id} ${topic} ${key}`,
          kind: 'write',
          topic,
          end: producer.id,
          messagesPerSecond: messagesPerSecond * share,
          path: pathThrough(wayIn(layout, found.box, row, cell, start)),
        };
      }
    }
  }
}

/** Along a curve to the band, down its rail, along the line to the leader's log. */
function wayIn(layout: Layout, band: BandBox, row: RowBox, cell: CellBox, start: Point): Point[] {
  const rail = { x: band.x + sizes.rail / 2, y: portOf(band) };
  const y = row.y + row.height / 2;
  const inBand = [
    { x: rail.x, y },
    { x: cell.x, y },
  ];
  return layout.wide ? [start, ...curve(start, rail), ...inBand] : inBand;
}

function* reads(scene: Scene, layout: Layout, bands: Bands, readRate: ReadRate): Iterable<Flow> {
  const boxes = new Map(layout.groups.map((box) => [box.groupId, box]));
  for (const group of scene.groups) {
    const box = boxes.get(group.groupId);
    if (box === undefined) continue;
    for (const topic of group.topics) {
      const found = bands.get(topic);
      if (found === undefined) continue;
      for (const { row, cell, partitions, key } of leadersOf(found.band, found.box)) {
        const messagesPerSecond = partitions.reduce(
          (total, partition) => total + readRate(group.groupId, topic, partition),
          0,
        );
        const member = group.members.find((one) =>
          one.partitions.some(
            (owned) => owned.topic === topic && partitions.includes(owned.partition),
          ),
        );
        const at = box.members.find(({ memberId }) => memberId === member?.memberId);
        if (!group.folded && group.memberCount === 0) continue;
        const end = { x: box.x, y: at === undefined ? box.y + 23 : at.y + at.height / 2 };
        yield {
          id: `r ${group.groupId} ${topic} ${key}`,
          kind: 'read',
          topic,
          end: group.groupId,
          messagesPerSecond,
          path: pathThrough(wayOut(layout, found.box, row, cell, end)),
        };
      }
    }
  }
}

function wayOut(layout: Layout, band: BandBox, row: RowBox, cell: CellBox, end: Point): Point[] {
  const rail = { x: band.x + band.width - sizes.rail / 2, y: portOf(band) };
  const y = row.y + row.height / 2;
  const inBand = [
    { x: cell.x + cell.width, y },
    { x: rail.x, y },
  ];
  return layout.wide ? [...inBand, rail, ...curve(rail, end)] : inBand;
}

/** Where flows come into a band and go out of it: the middle of its lines. */
export function portOf({ rows, y, height }: BandBox): number {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return y + height / 2;
  return (first.y + last.y + last.height) / 2;
}

interface Stop {
  /** Names it among those of its band. */
  readonly key: string;
  readonly row: RowBox;
  readonly cell: CellBox;
  readonly partitions: readonly number[];
  /** Of what is written to the topic. */
  readonly share: number;
}

/** The logs that are written to and read from: the leader's of each line; of a folded topic each broker that leads. */
function leadersOf(band: SceneBand, box: BandBox): Stop[] {
  const count = band.partitions.length;
  if (band.folded) {
    const [row] = box.rows;
    if (row === undefined) return [];
    return row.cells.flatMap((cell) => {
      const led = band.partitions.filter(({ leader }) => cellOf(row, leader) === cell);
      if (led.length === 0) return [];
      const partitions = led.map(({ index }) => index);
      return [{ key: `b${cell.nodeId}`, row, cell, partitions, share: led.length / count }];
    });
  }
  return band.partitions.flatMap(({ index, leader }, at) => {
    const row = box.rows[at];
    const cell = row === undefined || leader === -1 ? undefined : cellOf(row, leader);
    if (row === undefined || cell === undefined) return [];
    return [{ key: String(index), row, cell, partitions: [index], share: 1 / count }];
  });
}

/** The cell of a broker, or that of the brokers without a lane of their own. */
export function cellOf(row: RowBox, nodeId: number): CellBox | undefined {
  if (nodeId === -1) return undefined;
  return (
    row.cells.find((cell) => cell.nodeId === nodeId) ?? row.cells.find((cell) => cell.nodeId === -1)
  );
}
