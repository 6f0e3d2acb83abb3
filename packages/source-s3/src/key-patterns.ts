/** `*` is any part of a name, `**` any path, `?` one character. A pattern that ends with `/` is all below it. */
function expressionOf(pattern: string): RegExp {
  const whole = pattern.endsWith("/") ? `${pattern}**` : pattern;
  let source = "";
  for (let at = 0; at < whole.length; at++) {
    const sign = whole[at]!;
    if (whole.startsWith("**/", at)) {
      source += "(?:[^]*/)?";
      at += 2;
    } else if (whole.startsWith("**", at)) {
      source += "[^]*";
      at += 1;
    } else if (sign === "*") source += "[^/]*";
    else if (sign === "?") source += "[^/]";
    else source += sign.replace(/[\\^$.|+()[\]{}]/, "\\$&");
  }
  return new RegExp(`^${source}$`, "u");
}

/** Whether a key fits one of the patterns. */
export function keyMatcher(patterns: readonly string[]): (key: string) => boolean {
  const expressions = patterns.map(expressionOf);
  return (key) => expressions.some((expression) => expression.test(key));
}
