/** `DECIMAL(10,2)`: digits in all, and behind the point. */
const DECIMAL_TYPE = /^decimal\(\s*(\d{1,2})\s*,\s*(\d{1,2})\s*\)$/i;
const DECIMAL = /^[+-]?0*(\d*)(?:\.(\d*?)0*)?$/;

export function isDecimalType(type: string): boolean {
  return DECIMAL_TYPE.test(type);
}

/** Whether a text is a number that a type such as `DECIMAL(10,2)` holds without a loss. */
export function fitsDecimalType(text: string, type: string): boolean {
  const [, precision = "0", scale = "0"] = DECIMAL_TYPE.exec(type) ?? [];
  const match = /\d/.test(text) ? DECIMAL.exec(text) : null;
  if (match === null) return false;
  const [, whole = "", fraction = ""] = match;
  return fraction.length <= Number(scale) && whole.length <= Number(precision) - Number(scale);
}
