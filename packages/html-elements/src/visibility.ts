import { BLACK, blend, type Color, isLost, parseColor, WHITE } from "./css-color.ts";
import { NO_LOOK, type StyleLook, withoutHiding } from "./style-declarations.ts";
import { StyleSheets } from "./style-sheets.ts";

type Attributes = Readonly<Record<string, string>>;

/** Why nobody reads a text: see `UNSEEN_REASONS` of the contracts. */
export type UnseenReason = "color" | "size" | "off_page" | "invisible";

/** How text is shown that stands directly in an open element. */
interface State {
  readonly color: Color | undefined;
  readonly background: Color | undefined;
  /** Pixels. */
  readonly fontSize: number | undefined;
  readonly isInvisible: boolean;
  /** Of an element around it, for all that is inside. */
  readonly blocked: UnseenReason | undefined;
  readonly reason: UnseenReason | undefined;
}

const PAGE: State = {
  color: BLACK,
  background: WHITE,
  fontSize: 16,
  isInvisible: false,
  blocked: undefined,
  reason: undefined,
};
/** Colors and sizes that a sheet outside of the page may have changed. */
const UNTOLD: State = { ...PAGE, color: undefined, background: undefined, fontSize: undefined };
const LINK_COLOR: Color = [0, 0, 238, 1];
/** Letters up to this size cannot be read. Pixels. */
const MOST_UNREADABLE = 1.5;
const LEAST_ALPHA = 0.05;
/** Classes that name a place of the page and not how it looks. */
const NEUTRAL: ReadonlySet<string> = new Set(
  (
    "content contents container main article body page post entry text wrapper wrap inner outer section layout grid row col " +
    "column columns region block field fields item items node site view app root primary center md lg sm xs xl paragraph para " +
    "msonormal wordsection1 document doc rich markdown prose list wp"
  ).split(" "),
);

const MOST_REMEMBERED = 2_000;

function reasonOf({
  blocked,
  isInvisible,
  fontSize,
  color,
  background,
}: Omit<State, "reason">): UnseenReason | undefined {
  if (blocked !== undefined) return blocked;
  if (isInvisible) return "invisible";
  if (fontSize !== undefined && fontSize <= MOST_UNREADABLE) return "size";
  if (color === undefined) return undefined;
  if (color[3] <= LEAST_ALPHA) return "invisible";
  return background !== undefined && isLost(color, background) ? "color" : undefined;
}

/** Follows the open elements: how their text looks, and why it is not seen where it is not. */
export class Visibility {
  readonly sheets: StyleSheets = new StyleSheets();
  readonly #states: State[] = [];
  #state: State = PAGE;

  /** Why text that comes now is not seen. */
  get reason(): UnseenReason | undefined {
    return this.#state.reason;
  }

  /** What the sheets of the page state of an element; what a script or a reader of the page may undo only where it `isFixed`. */
  sheetLook(tag: string, attributes: Attributes, isFixed: () => boolean): StyleLook {
    if (this.sheets.isEmpty) return NO_LOOK;
    const look = this.sheets.look(tag, attributes.id, attributes.class);
    if (look === undefined) return NO_LOOK;
    const { isGone, isBlank, isInvisible, isOffPage } = look;
    if ((isGone ?? isBlank ?? isInvisible ?? isOffPage) === undefined || isFixed()) return look;
    return withoutHiding(look);
  }

  /** An element begins that states nothing of its own. */
  openPlain(): void {
    this.#states.push(this.#state);
  }

  /** An element begins; `sheet` is what sheets state of it, `own` what its `style` does. */
  open(tag: string, attributes: Attributes, sheet: StyleLook, own: StyleLook): void {
    const outer = this.#state;
    this.#states.push(outer);
    const { bgcolor, background: picture } = attributes;
    const stated = tag === "font" ? attributes.color : tag === "body" ? attributes.text : undefined;
    const isStyled =
      this.sheets.hasExternal &&
      outer !== UNTOLD &&
      tag !== "body" &&
      tag !== "html" &&
      (isTelling(attributes.class) || isTelling(attributes.id));
    const isLink = tag === "a" && attributes.href !== undefined;
    const isOwnColor = OWN_COLORS.has(tag);
    if (
      own === NO_LOOK &&
      sheet === NO_LOOK &&
      !isStyled &&
      !isLink &&
      !isOwnColor &&
      bgcolor === undefined &&
      picture === undefined &&
      stated === undefined
    ) {
      return;
    }
    let { color, background, fontSize, isInvisible, blocked } = outer;
    if (isLink) color = LINK_COLOR;
    if (isOwnColor) [color, background] = [undefined, undefined];
    if (isStyled) [color, background, fontSize] = [undefined, undefined, undefined];
    if (stated !== undefined) color = parseColor(stated);
    if (bgcolor !== undefined) background = parseColor(bgcolor);
    if (picture !== undefined) background = undefined;
    for (const look of [sheet, own]) {
      if (look === NO_LOOK) continue;
      if (look.background !== undefined) {
        background =
          look.background === "unknown"
            ? undefined
            : look.background[3] >= 1 || background !== undefined
              ? blend(look.background, background ?? WHITE)
              : undefined;
      }
      if (look.color !== undefined) color = look.color === "unknown" ? undefined : look.color;
      if (look.fontSize !== undefined) {
        const { fontSize: size } = look;
        fontSize = "pixels" in size ? size.pixels : fontSize === undefined ? undefined : fontSize * size.factor;
      }
      if (look.isInvisible !== undefined) isInvisible = look.isInvisible;
      if (look.isOffPage === true) blocked ??= "off_page";
      if (look.isBlank === true) blocked ??= "invisible";
    }
    const isPlain = own === NO_LOOK && sheet === NO_LOOK && bgcolor === undefined && stated === undefined;
    if (isStyled && isPlain && !isInvisible && blocked === undefined) {
      this.#state = UNTOLD;
      return;
    }
    const next = { color, background, fontSize, isInvisible, blocked };
    this.#state = { ...next, reason: reasonOf(next) };
  }

  close(): void {
    this.#state = this.#states.pop() ?? PAGE;
  }
}

/** Controls that a browser paints in colors of its own. */
const OWN_COLORS: ReadonlySet<string> = new Set(["button", "mark"]);

const tellings = new Map<string, boolean>();

function isTelling(words: string | undefined): boolean {
  if (words === undefined || words === "") return false;
  let answer = tellings.get(words);
  if (answer === undefined) {
    const parts = words.toLowerCase().split(/[\s_-]+/);
    answer = parts.some((word) => word !== "" && !NEUTRAL.has(word) && !/^\d+$/.test(word));
    if (tellings.size >= MOST_REMEMBERED) tellings.clear();
    tellings.set(words, answer);
  }
  return answer;
}
