import { type Raster, resize } from "@groundwork/picture";
import type { InferenceSession } from "onnxruntime-node";
import * as onnx from "onnxruntime-node";
import { convexHull, minimumAreaRectangle, type Point, type RotatedRectangle, rectangleAt } from "./geometry.ts";

/** Longest side given to the detector, pixels: more costs time and finds no more on a page of print. */
const MAX_SIDE = 1280;
/** Small pictures are enlarged to this shorter side. */
const MIN_SIDE = 736;
/** Growth of a small picture is bounded by this factor. */
const MAX_GROWTH = 3;
/** Probability from which a pixel is text, and mean probability from which a region is. */
const PIXEL_THRESHOLD = 0.3;
const REGION_THRESHOLD = 0.5;
/** The detector marks shrunk text; regions grow by this share of area over perimeter. */
const UNCLIP_RATIO = 1.6;
/** Regions thinner than this, in pixels of the detector's input, are specks. */
const MIN_THICKNESS = 3;
const MAX_REGIONS = 3_000;

/** A run of text found in a picture, in pixels of that picture. */
export interface TextRegion {
  /** As tight as the text allows; the angle is the region's own. */
  readonly rectangle: RotatedRectangle;
  /** Outline of what the detector marked, grown to the text's full size when used with {@link regionAt}. */
  readonly hull: readonly Point[];
  /** How far a rectangle around the hull must grow on each side. */
  readonly growth: number;
  readonly score: number;
}

/** The region's rectangle at another angle. */
export function regionAt(region: TextRegion, angle: number): RotatedRectangle {
  const rectangle = rectangleAt(region.hull, angle);
  return grow(rectangle, growthOf(rectangle));
}

function growthOf({ width, height }: RotatedRectangle): number {
  return width + height === 0 ? 0 : (width * height * UNCLIP_RATIO) / (2 * (width + height));
}

function grow(rectangle: RotatedRectangle, by: number): RotatedRectangle {
  return { ...rectangle, width: rectangle.width + 2 * by, height: rectangle.height + 2 * by };
}

/** Finds text by differentiable binarization: a map of text probability, cut into connected regions. */
export async function detectText(session: InferenceSession, raster: Raster): Promise<TextRegion[]> {
  const { width, height } = detectionSize(raster);
  const input = resize(raster, width, height);
  const plane = width * height;
  const data = new Float32Array(plane * 3);
  for (let index = 0, from = 0; index < plane; index++, from += 3) {
    // The model was trained on blue, green, red.
    data[index] = input.pixels[from + 2]! / 127.5 - 1;
    data[plane + index] = input.pixels[from + 1]! / 127.5 - 1;
    data[2 * plane + index] = input.pixels[from]! / 127.5 - 1;
  }
  const tensor = new onnx.Tensor("float32", data, [1, 3, height, width]);
  const outputs = await session.run({ [session.inputNames[0]!]: tensor });
  const map = outputs[session.outputNames[0]!]!.data as Float32Array;
  const scaleX = raster.width / width;
  const scaleY = raster.height / height;
  const regions: TextRegion[] = [];
  for (const points of components(map, width, height)) {
    const hull = convexHull(points);
    const rectangle = minimumAreaRectangle(hull);
    if (Math.min(rectangle.width, rectangle.height) < MIN_THICKNESS) continue;
    const score = meanInside(map, width, height, rectangle);
    if (score < REGION_THRESHOLD) continue;
    const scaled = hull.map(({ x, y }) => ({ x: x * scaleX, y: y * scaleY }));
    const own = minimumAreaRectangle(scaled);
    const growth = growthOf(own);
    regions.push({ rectangle: grow(own, growth), hull: scaled, growth, score });
    if (regions.length >= MAX_REGIONS) break;
  }
  return regions;
}

function detectionSize({ width, height }: Raster): { width: number; height: number } {
  let scale = Math.min(1, MAX_SIDE / Math.max(width, height));
  const shorter = Math.min(width, height) * scale;
  if (shorter < MIN_SIDE) {
    const room = MAX_SIDE / (Math.max(width, height) * scale);
    scale *= Math.max(1, Math.min(MIN_SIDE / shorter, MAX_GROWTH, room));
  }
  const multiple = (size: number): number => Math.max(32, Math.round((size * scale) / 32) * 32);
  return { width: multiple(width), height: multiple(height) };
}

/** Outer points of each connected region of text pixels, the mask thickened by one pixel to the right and below. */
function* components(map: Float32Array, width: number, height: number): Generator<Point[]> {
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      if (map[at]! <= PIXEL_THRESHOLD) continue;
      mask[at] = 1;
      if (x + 1 < width) mask[at + 1] = 1;
      if (y + 1 < height) mask[at + width] = 1;
      if (x + 1 < width && y + 1 < height) mask[at + width + 1] = 1;
    }
  }
  const stack: number[] = [];
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] !== 1) continue;
    const left = new Map<number, number>();
    const right = new Map<number, number>();
    mask[start] = 2;
    stack.push(start);
    while (stack.length > 0) {
      const at = stack.pop()!;
      const y = Math.floor(at / width);
      const x = at - y * width;
      if (x < (left.get(y) ?? Number.POSITIVE_INFINITY)) left.set(y, x);
      if (x > (right.get(y) ?? -1)) right.set(y, x);
      for (let nextY = Math.max(0, y - 1); nextY <= Math.min(height - 1, y + 1); nextY++) {
        for (let nextX = Math.max(0, x - 1); nextX <= Math.min(width - 1, x + 1); nextX++) {
          const next = nextY * width + nextX;
          if (mask[next] !== 1) continue;
          mask[next] = 2;
          stack.push(next);
        }
      }
    }
    const points: Point[] = [];
    for (const [y, x] of left) points.push({ x, y }, { x: right.get(y)!, y });
    if (points.length >= 4) yield points;
  }
}

function meanInside(map: Float32Array, width: number, height: number, rectangle: RotatedRectangle): number {
  const { centreX, centreY, angle } = rectangle;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const reachX = (Math.abs(rectangle.width * cos) + Math.abs(rectangle.height * sin)) / 2;
  const reachY = (Math.abs(rectangle.width * sin) + Math.abs(rectangle.height * cos)) / 2;
  let sum = 0;
  let count = 0;
  const lastY = Math.min(height - 1, Math.ceil(centreY + reachY));
  const lastX = Math.min(width - 1, Math.ceil(centreX + reachX));
  for (let y = Math.max(0, Math.floor(centreY - reachY)); y <= lastY; y++) {
    for (let x = Math.max(0, Math.floor(centreX - reachX)); x <= lastX; x++) {
      const u = (x - centreX) * cos + (y - centreY) * sin;
      const v = (y - centreY) * cos - (x - centreX) * sin;
      if (Math.abs(u) > rectangle.width / 2 || Math.abs(v) > rectangle.height / 2) continue;
      sum += map[y * width + x]!;
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}
