type Attributes = Readonly<Record<string, string>>;

/** Pictures made of letters, links to the place itself, and formulas that stand there a second time. */
const DECORATION =
  /(?:^|[\s_-])(?:icons?|glyphicons?|fa[srb]?|material-(?:icons|symbols)[\w-]*|octicons?|katex-html|headerlink|permalink)(?:$|[\s_-])/i;

/** Whether an element is not displayed, by its own attributes. A page may show it after all; what it says is told elsewhere or by nobody. */
export function isGone(name: string, attributes: Attributes): boolean {
  if (attributes.hidden !== undefined && attributes.hidden !== "until-found") return true;
  return name === "dialog" && attributes.open === undefined;
}

/** Whether an element is for the eye alone. What it says is text like other text, unless it is a picture made of letters. */
export function isDecoration(attributes: Attributes): boolean {
  return attributes["aria-hidden"] === "true";
}

/** Whether the letters of a decoration say nothing. */
export function isPicture(name: string, attributes: Attributes): boolean {
  return name === "i" || DECORATION.test(attributes.class ?? "");
}
