import type { Box } from './boxes.ts';

/** A box's place, as style; set by script, which a strict Content-Security-Policy allows. */
export function at({ x, y, width, height }: Box): Record<string, string> {
  return {
    left: `${x}px`,
    top: `${y}px`,
    width: `${width}px`,
    height: `${height}px`,
  };
}
