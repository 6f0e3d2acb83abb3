import { type Block, isShown } from "./block.ts";

/**
 * What a container of a page is for. `boilerplate`: navigation and the like by its tag or role; `edge`: a header, footer or
 * aside, which may also belong to the text; `hinted`: boilerplate by the words of its class; `notice`: cookies and consent.
 */
export type RegionRole = "body" | "main" | "article" | "boilerplate" | "edge" | "footer" | "hinted" | "notice";

export interface Region {
  readonly role: RegionRole;
  readonly parent: Region | undefined;
  /** Inside `main` or `article`. */
  readonly isInContent: boolean;
  /** Of the blocks in it and in the regions inside it. */
  characters: number;
  linkCharacters: number;
  hasHeading: boolean;
  isDropped: boolean;
}

export function createRegion(role: RegionRole, parent: Region | undefined): Region {
  return {
    role,
    parent,
    isInContent: parent !== undefined && (parent.isInContent || parent.role === "main" || parent.role === "article"),
    characters: 0,
    linkCharacters: 0,
    hasHeading: false,
    isDropped: false,
  };
}

const ROLE_OF_TAG: Readonly<Record<string, RegionRole>> = {
  main: "main",
  article: "article",
  nav: "boilerplate",
  menu: "hinted",
  aside: "edge",
  header: "edge",
  footer: "footer",
};

const ROLE_OF_ARIA: Readonly<Record<string, RegionRole>> = {
  main: "main",
  article: "article",
  navigation: "boilerplate",
  search: "boilerplate",
  menu: "boilerplate",
  menubar: "boilerplate",
  toolbar: "boilerplate",
  dialog: "boilerplate",
  alertdialog: "boilerplate",
  banner: "edge",
  complementary: "edge",
  contentinfo: "footer",
};

const NOTICE =
  /(?:^|[\s_-])(?:cookies?|consent|gdpr|onetrust|cc-window|cookiebar)(?:$|[\s_-])|cookie-?(?:banner|notice|consent|bar)/i;
const HINT =
  /(?:^|[\s_-])(?:nav|navbar|navigation|menu|submenu|sidebar|side-?bar|breadcrumbs?|pagination|pager|share|sharing|social|related|recommended|newsletter|subscribe|advert(?:s|isement)?|ads?|promo|popup|modal|skip-?link|skip-?nav|toc|tags|footer|masthead|toolbar)(?:$|[\s_-])/i;
const CONTENT =
  /(?:^|[\s_-])(?:article-?body|post-?content|entry-?content|main-?content|page-?content|article-?content)(?:$|[\s_-])/i;

const hints = new Map<string, RegionRole | "none">();

/** The role of a class or id. Pages repeat their classes: the answers are remembered, up to a bound. */
function roleOfWords(words: string): RegionRole | undefined {
  let role = hints.get(words);
  if (role === undefined) {
    role = NOTICE.test(words) ? "notice" : CONTENT.test(words) ? "article" : HINT.test(words) ? "hinted" : "none";
    if (hints.size > 5_000) hints.clear();
    hints.set(words, role);
  }
  return role === "none" ? undefined : role;
}

/** The role of a container, when it has one. */
export function regionRole(tag: string, attributes: Readonly<Record<string, string>>): RegionRole | undefined {
  const { role, class: className, id } = attributes;
  if (role !== undefined) {
    const known = ROLE_OF_ARIA[role.trim().toLowerCase()];
    if (known !== undefined) return known;
  }
  const byTag = ROLE_OF_TAG[tag];
  if (byTag !== undefined) return byTag;
  if (attributes.itemprop === "articleBody") return "article";
  if (tag === "body" || tag === "html") return undefined;
  return (
    (className === undefined ? undefined : roleOfWords(className)) ?? (id === undefined ? undefined : roleOfWords(id))
  );
}

const density = (region: Region): number => region.linkCharacters / Math.max(1, region.characters);

function isDroppable(region: Region, total: number): boolean {
  const isSmall = region.characters < total * 0.5;
  switch (region.role) {
    case "boilerplate":
      // A table of contents or a list of links is navigation; a wall of text in a `nav` is not.
      return isSmall || density(region) > 0.5;
    case "notice":
      return isSmall && region.characters < 3_000 && !region.isInContent;
    case "footer":
      return region.isInContent ? density(region) > 0.5 : isSmall;
    case "edge":
      return region.isInContent || region.hasHeading ? density(region) > 0.5 && isSmall : isSmall;
    case "hinted":
      return density(region) > 0.5 && isSmall;
    default:
      return false;
  }
}

const isInside = (region: Region | undefined, test: (region: Region) => boolean): boolean => {
  for (let at = region; at !== undefined; at = at.parent) if (test(at)) return true;
  return false;
};

/** Text that nobody sees says nothing of what the page is about. */
const sizeOf = (blocks: readonly Block[]): number =>
  blocks.reduce((sum, block) => sum + (isShown(block) ? block.text.length : 0), 0);

/** Menus that no tag or class names: runs of short links before or after the running text. */
function withoutLinkRuns(blocks: readonly Block[]): readonly Block[] {
  const isRunning = (block: Block): boolean =>
    isShown(block) && block.text.length >= 120 && block.linkCharacters < block.text.length * 0.5;
  const first = blocks.findIndex(isRunning);
  if (first < 0) return blocks;
  const last = blocks.findLastIndex(isRunning);
  const isLink = (block: Block): boolean =>
    block.kind !== "heading" && block.text.length < 80 && block.linkCharacters >= block.text.length * 0.9;
  const dropped = new Set<Block>();
  for (let start = 0; start < blocks.length; ) {
    let end = start;
    while (end < blocks.length && isLink(blocks[end]!)) end++;
    const isOutside = end <= first || start > last;
    if (end - start >= 4 && isOutside) for (let at = start; at < end; at++) dropped.add(blocks[at]!);
    start = Math.max(end, start + 1);
  }
  const kept = blocks.filter((block) => !dropped.has(block));
  return sizeOf(kept) >= 600 ? kept : blocks;
}

/**
 * The blocks of the main content: those in `main` or the one article, without navigation, notices, headers and footers.
 * Where that leaves too little of the page, the whole body stands: losing text is worse than keeping a menu.
 */
export function selectMainContent(blocks: readonly Block[], regions: readonly Region[]): readonly Block[] {
  for (const block of blocks) {
    if (!isShown(block)) continue;
    for (let at: Region | undefined = block.region; at !== undefined; at = at.parent) {
      at.characters += block.text.length;
      at.linkCharacters += block.linkCharacters;
      if (block.kind === "heading") at.hasHeading = true;
    }
  }
  const total = sizeOf(blocks);
  for (const region of regions) region.isDropped = isDroppable(region, total);
  const kept = blocks.filter((block) => !isInside(block.region, (region) => region.isDropped));
  const keptSize = sizeOf(kept);
  if (keptSize < total * 0.2 && !(keptSize > 2_000)) {
    const text = blocks.filter(
      (block) => !isInside(block.region, (region) => region.isDropped && density(region) > 0.6),
    );
    return text.length > 0 ? text : blocks;
  }
  for (const role of ["main", "article"] as const) {
    const candidates = regions.filter(
      (region) => region.role === role && !isInside(region.parent, (outer) => outer.role === role),
    );
    if (candidates.length === 0 || (role === "article" && candidates.length > 1)) continue;
    const inside = kept.filter((block) => isInside(block.region, (region) => region.role === role));
    const size = sizeOf(inside);
    const share = role === "main" ? 0.3 : 0.5;
    if (size < keptSize * share || size < 100) continue;
    if (inside.some((block) => block.kind === "heading" && block.level === 1)) return inside;
    // The title of the page often stands above its main part.
    const start = kept.indexOf(inside[0]!);
    const title = kept.slice(0, start).filter((block) => block.kind === "heading" && block.level === 1);
    return [...title, ...inside];
  }
  return withoutLinkRuns(kept);
}
