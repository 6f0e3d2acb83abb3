const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The bits of the nearest 16-bit float (IEEE 754 binary16, ties to even). */
export function float16Bits(value: number): number {
  float[0] = value;
  const whole = bits[0]!;
  const sign = (whole >>> 16) & 0x8000;
  const exponent = ((whole >>> 23) & 0xff) - 112;
  const fraction = whole & 0x7fffff;
  if (exponent === 143) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  if (exponent >= 31) return sign | 0x7c00;
  if (exponent <= 0) {
    if (exponent < -10) return sign;
    return sign | roundedShift(fraction | 0x800000, 14 - exponent);
  }
  // What rounding carries over the fraction raises the exponent, which is right also at its end: infinity.
  return sign | roundedShift((exponent << 23) | fraction, 13);
}

function roundedShift(value: number, places: number): number {
  const kept = value >>> places;
  const rest = value & ((1 << places) - 1);
  const half = 1 << (places - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}
