const HIDING_STYLE =
  /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0(?:\.0*)?(?:px|pt|em|rem|%)?\s*(?:;|!|$)|mso-hide\s*:\s*all|text-indent\s*:\s*-\d{3,})/i;
const OFF_SCREEN = /(?:^|;)\s*(?:left|top|right|bottom|margin-left|margin-top)\s*:\s*-\d{4,}/i;
const NO_ROOM = /(?:^|;)\s*(?:max-)?(?:height|width)\s*:\s*0(?:px)?\s*(?:;|!|$)/i;
/** Characters of a style worth remembering. */
const MOST_REMEMBERED = 200;

const styles = new Map<string, boolean>();

/** Pages repeat their styles: the answers are remembered, up to a bound. */
function hides(style: string): boolean {
  let answer = styles.get(style);
  if (answer === undefined) {
    answer =
      HIDING_STYLE.test(style) ||
      OFF_SCREEN.test(style) ||
      (NO_ROOM.test(style) && /overflow\s*:\s*hidden/i.test(style));
    if (style.length > MOST_REMEMBERED) return answer;
    if (styles.size > 2_000) styles.clear();
    styles.set(style, answer);
  }
  return answer;
}

/**
 * Whether an element is not shown, by its own attributes: `hidden`, `aria-hidden`, and inline style (not displayed, font
 * size 0, moved off the screen, no room). Style sheets are not read.
 */
export function isHidden(name: string, attributes: Readonly<Record<string, string>>): boolean {
  if (attributes.hidden !== undefined && attributes.hidden !== "until-found") return true;
  if (attributes["aria-hidden"] === "true") return true;
  if (name === "dialog" && attributes.open === undefined) return true;
  const { style } = attributes;
  if (style === undefined || style === "") return false;
  return hides(style);
}
