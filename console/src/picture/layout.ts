/**
 * Where everything in the picture stands: producers at the left, topics in the middle with a lane for each broker,
 * groups at the right; below each other where there is no room for that. Pure: a scene and a width in, boxes out.
 */
import { bottomOf, type GroupBox, type Layout } from './boxes.ts';
import { columns } from './columns.ts';
import { middleOf } from './place-bands.ts';
import { groupBox, stackGroups, stackProducers } from './place-sides.ts';
import type { Scene } from './scene.ts';
import { sizes } from './sizes.ts';

/** Gives everything in `scene` its place. */
export function layoutOf(scene: Scene, width: number): Layout {
  const wide = width >= sizes.wideFrom;
  return wide ? wideLayout(scene, width) : narrowLayout(scene, width);
}

function wideLayout(scene: Scene, width: number): Layout {
  const place = columns(width);
  const middle = middleOf(scene, place, 0);
  const centers = new Map(middle.bands.map((band) => [band.topic, band.y + band.height / 2]));
  const top = sizes.caption;
  const producers = stackProducers(scene, place, centers, top);
  const groups = stackGroups(scene, place, centers, top);
  const height = Math.max(
    bottomOf(middle.topicsMore, middle.middle),
    bottomOf(producers.producersMore, producers.producers.at(-1)),
    bottomOf(groups.groupsMore, groups.groups.at(-1)),
  );
  const lanes = middle.lanes.map((lane) => ({ ...lane, height: height - lane.y }));
  const captions = {
    producers: { ...place.producers, y: 0, height: sizes.caption },
    groups: { ...place.groups, y: 0, height: sizes.caption },
  };
  return {
    wide: true,
    width,
    height: Math.ceil(height),
    captions,
    ...middle,
    lanes,
    ...producers,
    ...groups,
  };
}

function narrowLayout(scene: Scene, width: number): Layout {
  const place = columns(width);
  const perRow = Math.max(1, Math.floor(width / 170));
  const boxWidth = (width - (perRow - 1) * sizes.boxGap) / perRow;
  const producers = scene.producers.slice(0, perRow * 3).map(({ id }, index) => ({
    id,
    x: (index % perRow) * (boxWidth + sizes.boxGap),
    y: sizes.caption + Math.floor(index / perRow) * (sizes.producer + sizes.boxGap),
    width: boxWidth,
    height: sizes.producer,
  }));
  let y = Math.max(sizes.caption, bottomOf(producers.at(-1)));
  const hidden = scene.producersMore + scene.producers.length - producers.length;
  const producersMore = hidden > 0 ? { x: 0, y: y + 4, width, height: sizes.more } : null;
  y = bottomOf(producersMore, { x: 0, y, width, height: 0 }) + sizes.partGap;
  const middle = middleOf(scene, place, y);
  y = bottomOf(middle.topicsMore, middle.middle) + sizes.partGap;
  const captions = {
    producers: { x: 0, y: 0, width, height: sizes.caption },
    groups: { x: 0, y, width, height: sizes.caption },
  };
  y += sizes.caption;
  const groups: GroupBox[] = [];
  for (const group of scene.groups) {
    const box = groupBox(group, place.groups, y);
    groups.push(box);
    y = bottomOf(box) + sizes.boxGap;
  }
  const groupsMore = scene.groupsMore > 0 ? { x: 0, y, width, height: sizes.more } : null;
  const height = Math.ceil(bottomOf(groupsMore, { x: 0, y, width, height: 0 }));
  return {
    wide: false,
    width,
    height,
    captions,
    ...middle,
    producers,
    producersMore,
    groups,
    groupsMore,
  };
}
