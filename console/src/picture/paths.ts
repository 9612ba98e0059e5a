/** Ways that messages take through the picture. Pure. */

/** A place in the picture. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A line of short straight pieces, with how far each corner lies from the beginning. */
export interface Path {
  readonly points: readonly Point[];
  readonly distances: readonly number[];
  readonly length: number;
}

const piecesOfCurve = 14;

/** The corners of a curve that leaves and arrives horizontally, without the first. */
export function curve(from: Point, to: Point): Point[] {
  const reach = Math.max(24, Math.abs(to.x - from.x) * 0.5);
  const points: Point[] = [];
  for (let piece = 1; piece <= piecesOfCurve; piece += 1) {
    const t = piece / piecesOfCurve;
    const [a, b, c, d] = [(1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t ** 3];
    points.push({
      x: a * from.x + b * (from.x + reach) + c * (to.x - reach) + d * to.x,
      y: (a + b) * from.y + (c + d) * to.y,
    });
  }
  return points;
}

/** A path through `points`. */
export function pathThrough(points: readonly Point[]): Path {
  const distances: number[] = [];
  let length = 0;
  let last = points[0];
  for (const point of points) {
    length += Math.hypot(point.x - (last?.x ?? 0), point.y - (last?.y ?? 0));
    distances.push(length);
    last = point;
  }
  return { points, distances, length };
}

/** Where one is after going `distance` along `path`; its ends beyond them. */
export function pointAt({ points, distances }: Path, distance: number): Point {
  let at = distances.findIndex((passed) => passed >= distance);
  if (at === -1) at = points.length - 1;
  const to = points[at] ?? { x: 0, y: 0 };
  const from = points[at - 1];
  const passed = distances[at - 1];
  const reached = distances[at];
  if (from === undefined || passed === undefined || reached === undefined) return to;
  const share = reached === passed ? 1 : Math.min((distance - passed) / (reached - passed), 1);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}
