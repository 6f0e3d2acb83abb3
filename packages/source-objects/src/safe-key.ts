/** Whether a key names something inside a source and nothing outside it: relative, without empty parts, `.` and `..`. */
export function isSafeKey(key: string): boolean {
  return !key.includes("\0") && key.split("/").every((part) => part !== "" && part !== "." && part !== "..");
}
