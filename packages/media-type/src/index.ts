export { type DetectedCharset, detectCharset, isSupportedCharset } from "./charset.ts";
export { type DelimitedText, sniffDelimitedText } from "./delimited-text.ts";
export { type DetectedMediaType, type DetectMediaTypeOptions, detectMediaType } from "./detect-media-type.ts";
export {
  createTextDecoder,
  decodeContent,
  detectContentCharset,
  requireCharset,
  type StreamingTextDecoder,
} from "./text-decoder.ts";
