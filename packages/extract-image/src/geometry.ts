export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A rectangle at an angle: `angle` is that of its long reading direction (radians, positive = clockwise on the screen). */
export interface RotatedRectangle {
  readonly centreX: number;
  readonly centreY: number;
  /** Along `angle`. */
  readonly width: number;
  readonly height: number;
  readonly angle: number;
}

/** Convex hull, counter-clockwise in screen coordinates (Andrew's monotone chain). */
export function convexHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((a, b) => a.x - b.x || a.y - b.y);
  const half = (ordered: readonly Point[]): Point[] => {
    const chain: Point[] = [];
    for (const point of ordered) {
      while (chain.length >= 2) {
        const a = chain[chain.length - 2]!;
        const b = chain[chain.length - 1]!;
        if ((b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x) > 0) break;
        chain.pop();
      }
      chain.push(point);
    }
    chain.pop();
    return chain;
  };
  return sorted.length < 3 ? sorted : [...half(sorted), ...half(sorted.reverse())];
}

/** The smallest rectangle at `angle` that holds the points. */
export function rectangleAt(points: readonly Point[], angle: number): RotatedRectangle {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  let minU = Number.POSITIVE_INFINITY;
  let maxU = Number.NEGATIVE_INFINITY;
  let minV = Number.POSITIVE_INFINITY;
  let maxV = Number.NEGATIVE_INFINITY;
  for (const { x, y } of points) {
    const u = x * cos + y * sin;
    const v = y * cos - x * sin;
    if (u < minU) minU = u;
    if (u > maxU) maxU = u;
    if (v < minV) minV = v;
    if (v > maxV) maxV = v;
  }
  const u = (minU + maxU) / 2;
  const v = (minV + maxV) / 2;
  return {
    centreX: u * cos - v * sin,
    centreY: u * sin + v * cos,
    width: maxU - minU,
    height: maxV - minV,
    angle,
  };
}

/** The rectangle of least area around a hull, its angle within -45 to 45 degrees (it may stand tall). */
export function minimumAreaRectangle(hull: readonly Point[]): RotatedRectangle {
  let best = rectangleAt(hull, 0);
  for (let index = 0; index < hull.length; index++) {
    const a = hull[index]!;
    const b = hull[(index + 1) % hull.length]!;
    if (a.x === b.x && a.y === b.y) continue;
    let angle = Math.atan2(b.y - a.y, b.x - a.x);
    angle -= Math.round(angle / (Math.PI / 2)) * (Math.PI / 2);
    const candidate = rectangleAt(hull, angle);
    if (candidate.width * candidate.height < best.width * best.height) best = candidate;
  }
  return best;
}

/** Corners in the order left top, right top, right bottom, left bottom, seen along the rectangle's own angle. */
export function cornersOf(rectangle: RotatedRectangle): Point[] {
  const { centreX, centreY, width, height, angle } = rectangle;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].map(([u, v]) => ({
    x: centreX + (u! * width * cos) / 2 - (v! * height * sin) / 2,
    y: centreY + (u! * width * sin) / 2 + (v! * height * cos) / 2,
  }));
}

export function median(values: readonly number[]): number {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
