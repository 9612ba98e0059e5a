import { bottomOf, type BandBox, type CellBox, type Layout, type RowBox } from './boxes.ts';
import type { Columns } from './columns.ts';
import type { Scene, SceneBand } from './scene.ts';
import { sizes } from './sizes.ts';

/** The middle of the picture. */
export type Middle = Pick<Layout, 'middle' | 'lanes' | 'headHeight' | 'bands' | 'topicsMore'>;

/** Lanes and bands, from `top` on. Pure. */
export function middleOf(scene: Scene, place: Columns, top: number): Middle {
  const laneIds = scene.brokers.map(({ nodeId }) => nodeId);
  if (scene.brokersMore.length > 0) laneIds.push(-1);
  const laneWidth =
    (place.lanes.width - (laneIds.length - 1) * sizes.laneGap) / Math.max(laneIds.length, 1);
  const lanes = laneIds.map((nodeId, index) => ({
    nodeId,
    x: place.lanes.x + index * (laneWidth + sizes.laneGap),
    y: top,
    width: laneWidth,
    height: 0,
  }));
  const rowHeight = rowHeightOf(scene.bands);
  let y = top + sizes.brokerHead + sizes.bandGap;
  const bands: BandBox[] = [];
  for (const band of scene.bands) {
    const box = bandBox(band, place, lanes, y, rowHeight);
    bands.push(box);
    y = bottomOf(box) + sizes.bandGap;
  }
  const { x, width } = place.middle;
  const topicsMore = scene.topicsMore > 0 ? { x, y, width, height: sizes.more } : null;
  const head = { x, y: top, width, height: sizes.brokerHead };
  const bottom = bottomOf(topicsMore, bands.at(-1), head) + sizes.bandGap;
  return {
    middle: { x, y: top, width, height: bottom - top },
    lanes: lanes.map((lane) => ({ ...lane, height: bottom - top })),
    headHeight: sizes.brokerHead,
    bands,
    topicsMore,
  };
}

/** Lines are high where they are few. */
function rowHeightOf(bands: readonly SceneBand[]): number {
  const rows = bands.reduce((total, { partitions }) => total + partitions.length, 0);
  const step = sizes.rowSteps.find(({ rowsMax }) => rows <= rowsMax);
  return step?.height ?? sizes.rowLeast;
}

function bandBox(
  band: SceneBand,
  place: Columns,
  lanes: readonly CellBox[],
  y: number,
  rowHeight: number,
): BandBox {
  const { x, width } = place.middle;
  const height = band.folded ? sizes.foldedRow : rowHeight;
  const partitions = band.folded ? [-1] : band.partitions.map(({ index }) => index);
  const rows = partitions.map((partition, index): RowBox => {
    const rowY = y + sizes.bandHead + index * height;
    const cellHeight = band.folded ? sizes.foldedRow : Math.round(height * sizes.cellShare);
    const cells = lanes.map((lane) => ({
      nodeId: lane.nodeId,
      x: lane.x + 6,
      y: rowY + (height - cellHeight) / 2,
      width: lane.width - 12,
      height: cellHeight,
    }));
    return { partition, x, y: rowY, width, height, cells };
  });
  let bottom = y + sizes.bandHead + rows.length * height;
  const inner = { x: x + sizes.rail, width: width - 2 * sizes.rail };
  const more = band.partitionsMore > 0 ? { ...inner, y: bottom, height: sizes.why } : null;
  bottom = bottomOf(more, { x, y: 0, width, height: bottom });
  const why = band.why === null ? null : { ...inner, y: bottom + 2, height: sizes.why };
  bottom = bottomOf(why, { x, y: 0, width, height: bottom });
  return { topic: band.topic, x, y, width, height: bottom - y, rows, more, why };
}
