export { bounded, type DecodedPictures, MAX_PIXELS, openPictures, WORKING_PIXELS } from "./decode-picture.ts";
export { type PictureFormat, type PictureInfo, pictureInfo } from "./picture-info.ts";
export { type QuarterTurns, type Raster, rasterOf, resize, turn } from "./raster.ts";
