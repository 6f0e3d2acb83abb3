import { type QuarterTurns, type Raster, turn } from "@groundwork/picture";
import * as onnx from "onnxruntime-node";
import { decodeLine } from "./decode-line.ts";
import { median, type RotatedRectangle } from "./geometry.ts";
import { cutLine, LINE_HEIGHT, writeStrip } from "./line-crop.ts";
import type { OcrModels } from "./ocr-models.ts";
import { detectText, regionAt, type TextRegion } from "./text-detection.ts";
import type { TextLine } from "./text-line.ts";
import { recognizeStrips } from "./text-recognition.ts";

/** A line of lower mean probability is taken for a picture's texture, not for text. */
const LINE_FLOOR = 0.6;
/** Short readings need more: a speck reads as a letter easily. */
const SHORT_FLOOR = 0.8;
/** Regions this many times longer than high have a direction of their own. */
const LONG = 4;
const TALL = 1.5;
/** Lines asked whether the page stands on its head. */
const ORIENTATION_SAMPLE = 8;
const ORIENTATION_WIDTH = 192;

/** What a page says, in the pixels of `upright`: the picture turned clockwise by `turns`. */
export interface RecognizedPage {
  readonly upright: Raster;
  readonly turns: QuarterTurns;
  /** Angle of the lines in `upright`, radians. */
  readonly skew: number;
  readonly lines: readonly TextLine[];
}

export async function recognizePageLines(
  models: OcrModels,
  picture: Raster,
  signal: AbortSignal | undefined,
): Promise<RecognizedPage> {
  let turns: QuarterTurns = 0;
  let upright = picture;
  let regions = await detectText(models.detection, upright);
  signal?.throwIfAborted();
  if (standsOnItsSide(regions)) {
    turns = 1;
    upright = turn(picture, turns);
    regions = await detectText(models.detection, upright);
    signal?.throwIfAborted();
  }
  let skew = skewOf(regions);
  if (await standsOnItsHead(models, upright, placed(regions, skew), signal)) {
    turns = (turns + 2) as QuarterTurns;
    upright = turn(picture, turns);
    regions = await detectText(models.detection, upright);
    skew = skewOf(regions);
  }
  const rectangles = placed(regions, skew);
  const read = await recognizeStrips(
    models.recognition,
    models.characters,
    rectangles.map((rectangle) => cutLine(upright, rectangle)),
    signal,
  );
  const lines = read.flatMap((characters, index) => {
    const line = decodeLine(rectangles[index]!, characters);
    return line !== undefined && isText(line) ? [line] : [];
  });
  return { upright, turns, skew, lines };
}

function isText(line: TextLine): boolean {
  const letters = line.text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  return line.confidence >= (letters < 3 ? SHORT_FLOOR : LINE_FLOOR);
}

/** Most of the text, by length, runs up or down. */
function standsOnItsSide(regions: readonly TextRegion[]): boolean {
  let tall = 0;
  let wide = 0;
  for (const { rectangle } of regions) {
    if (rectangle.height > TALL * rectangle.width) tall += rectangle.height;
    else if (rectangle.width > TALL * rectangle.height) wide += rectangle.width;
  }
  return tall > wide;
}

function skewOf(regions: readonly TextRegion[]): number {
  const long = regions.filter(({ rectangle }) => rectangle.width > LONG * rectangle.height);
  return median(long.map(({ rectangle }) => rectangle.angle));
}

/**
 * The rectangles to read. Long regions keep their own angle (a photographed page bends), short ones take the page's.
 * Tall ones among lines are text set on its side: they are read from below.
 */
function placed(regions: readonly TextRegion[], skew: number): RotatedRectangle[] {
  return regions.map((region) => {
    const { rectangle } = region;
    if (rectangle.width > LONG * rectangle.height) return rectangle;
    const straight = regionAt(region, skew);
    if (straight.height <= 2 * straight.width) return straight;
    return { ...straight, width: straight.height, height: straight.width, angle: straight.angle - Math.PI / 2 };
  });
}

/**
 * Whether the lines stand upside down: the orientation network is asked about the longest; when any of them says so, the
 * recogniser decides by which way it reads them with more certainty.
 */
async function standsOnItsHead(
  models: OcrModels,
  raster: Raster,
  rectangles: readonly RotatedRectangle[],
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const sample = [...rectangles]
    .sort((a, b) => b.width / Math.max(1, b.height) - a.width / Math.max(1, a.height))
    .slice(0, ORIENTATION_SAMPLE);
  if (sample.length === 0) return false;
  const size = 3 * LINE_HEIGHT * ORIENTATION_WIDTH;
  const data = new Float32Array(size * sample.length);
  sample.forEach((rectangle, index) => {
    writeStrip(cutLine(raster, rectangle), data, index * size, ORIENTATION_WIDTH);
  });
  const session = models.orientation;
  const tensor = new onnx.Tensor("float32", data, [sample.length, 3, LINE_HEIGHT, ORIENTATION_WIDTH]);
  const outputs = await session.run({ [session.inputNames[0]!]: tensor });
  const scores = outputs[session.outputNames[0]!]!.data as Float32Array;
  const turned = sample.filter((_, index) => scores[index * 2 + 1]! > scores[index * 2]!).length;
  if (turned * 3 < sample.length) return false;
  const asked = sample.slice(0, 4);
  const certainty = async (upsideDown: boolean): Promise<number> => {
    const strips = asked.map((rectangle) => cutLine(raster, rectangle, upsideDown));
    const read = await recognizeStrips(models.recognition, models.characters, strips, signal);
    return read.reduce((sum, characters, index) => sum + (decodeLine(asked[index]!, characters)?.confidence ?? 0), 0);
  };
  return (await certainty(true)) > (await certainty(false));
}
