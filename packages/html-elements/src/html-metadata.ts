import type { DocumentMetadata } from "@groundwork/contracts";

const dayOrTime = (text: string): number | undefined => {
  // A date without a zone is read as UTC: the same bytes give the same time on every machine.
  const match = /^\s*(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?/.exec(text);
  if (match !== null) {
    const zone = match[3] === undefined ? "Z" : match[3].replace(/^([+-]\d{2})(\d{2})$/, "$1:$2");
    const time = Date.parse(match[2] === undefined ? `${match[1]}T00:00:00Z` : `${match[1]}T${match[2]}${zone}`);
    return Number.isNaN(time) ? undefined : time;
  }
  if (!/(?:GMT|UTC|[+-]\d{4})\s*$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
};

const CREATED = [
  "article:published_time",
  "datepublished",
  "dcterms.created",
  "dc.date.created",
  "dcterms.date",
  "dc.date",
  "citation_publication_date",
  "date",
  "created",
  "parsely-pub-date",
];
const MODIFIED = [
  "article:modified_time",
  "datemodified",
  "og:updated_time",
  "dcterms.modified",
  "dc.date.modified",
  "last-modified",
  "revised",
];

const TITLES = ["og:title", "twitter:title", "dc.title", "dcterms.title", "citation_title"];
const AUTHORS = ["author", "article:author", "dc.creator", "dcterms.creator", "citation_author", "parsely-author"];
const LANGUAGES = ["content-language", "dc.language", "og:locale"];
const DESCRIPTIONS = ["description", "og:description", "dc.description"];
/** Said several times, each time something else. */
const REPEATED: ReadonlySet<string> = new Set(["keywords", "article:tag"]);
const USED: ReadonlySet<string> = new Set([
  ...CREATED,
  ...MODIFIED,
  ...TITLES,
  ...AUTHORS,
  ...LANGUAGES,
  ...DESCRIPTIONS,
  ...REPEATED,
  "og:site_name",
]);

/** Collects what the head of a page says about it. */
export interface HtmlMetadataCollector {
  meta(attributes: Readonly<Record<string, string>>): void;
  title(text: string): void;
  language(tag: string): void;
  canonical(url: string): void;
  result(): DocumentMetadata;
}

const tidy = (text: string): string => text.replace(/\s+/g, " ").trim().normalize("NFC");

export function createHtmlMetadataCollector(): HtmlMetadataCollector {
  const values = new Map<string, string>();
  const tags = new Set<string>();
  let pageTitle: string | undefined;
  let pageLanguage: string | undefined;
  let canonicalUrl: string | undefined;
  return {
    meta(attributes) {
      const name = (
        attributes.property ??
        attributes.name ??
        attributes.itemprop ??
        attributes["http-equiv"]
      )?.toLowerCase();
      if (name === undefined || !USED.has(name)) return;
      if (values.has(name) && !REPEATED.has(name)) return;
      const content = tidy(attributes.content ?? "");
      if (content === "") return;
      if (name === "keywords") for (const tag of content.split(/[,;]/)) if (tag.trim() !== "") tags.add(tag.trim());
      if (name === "article:tag") tags.add(content);
      if (!values.has(name)) values.set(name, content);
    },
    title(text) {
      pageTitle ??= tidy(text) || undefined;
    },
    language(tag) {
      if (pageLanguage === undefined && /^[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*$/.test(tag.trim())) {
        pageLanguage = tag.trim().replaceAll("_", "-");
      }
    },
    canonical(url) {
      if (/^https?:/i.test(url)) canonicalUrl ??= url;
    },
    result() {
      const first = (names: readonly string[]): string | undefined => {
        const name = values.size === 0 ? undefined : names.find((candidate) => values.has(candidate));
        return name === undefined ? undefined : values.get(name);
      };
      const firstTime = (names: readonly string[]): number | undefined => {
        if (values.size === 0) return undefined;
        for (const name of names) {
          const value = values.get(name);
          const time = value === undefined ? undefined : dayOrTime(value);
          if (time !== undefined) return time;
        }
        return undefined;
      };
      const title = pageTitle ?? first(TITLES);
      const author = first(AUTHORS);
      const language = pageLanguage ?? first(LANGUAGES)?.split(",")[0]?.replaceAll("_", "-");
      const createdAt = firstTime(CREATED);
      const modifiedAt = firstTime(MODIFIED);
      const description = first(DESCRIPTIONS);
      const siteName = values.get("og:site_name");
      const attributes = {
        ...(description === undefined ? {} : { description }),
        ...(siteName === undefined ? {} : { siteName }),
        ...(canonicalUrl === undefined ? {} : { canonicalUrl }),
      };
      return {
        ...(title === undefined ? {} : { title }),
        ...(author === undefined || /^https?:/.test(author) ? {} : { author }),
        ...(language === undefined ? {} : { language }),
        ...(createdAt === undefined ? {} : { createdAt }),
        ...(modifiedAt === undefined ? {} : { modifiedAt }),
        ...(tags.size === 0 ? {} : { tags: [...tags].slice(0, 50) }),
        ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
      };
    },
  };
}
