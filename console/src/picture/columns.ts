import { sizes } from './sizes.ts';

/** How the width is divided. Pure. */
export interface Columns {
  readonly producers: { readonly x: number; readonly width: number };
  readonly middle: { readonly x: number; readonly width: number };
  readonly lanes: { readonly x: number; readonly width: number };
  readonly groups: { readonly x: number; readonly width: number };
}

/** Producers, topics and groups beside each other; below `sizes.wideFrom` each takes all of it. */
export function columns(width: number): Columns {
  const wide = width >= sizes.wideFrom;
  const side = wide ? clamp(width * 0.16, 138, 200) : width;
  const right = wide ? clamp(width * 0.23, 196, 280) : width;
  const gap = wide ? clamp(width * 0.07, 44, 110) : 0;
  const middle = wide ? { x: side + gap, width: width - side - right - 2 * gap } : { x: 0, width };
  return {
    producers: { x: 0, width: side },
    middle,
    lanes: {
      x: middle.x + sizes.rail + sizes.indexLabel,
      width: middle.width - 2 * sizes.rail - sizes.indexLabel,
    },
    groups: { x: wide ? width - right : 0, width: right },
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.round(Math.min(Math.max(value, least), most));
}

/** The lanes that fit into a picture of this width. */
export function lanesMax(width: number): number {
  const { lanes } = columns(width);
  return Math.max(1, Math.floor((lanes.width + sizes.laneGap) / (sizes.laneLeast + sizes.laneGap)));
}
