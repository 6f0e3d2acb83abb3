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
      const content = tidy(attributes.content ?? "");
      if (name === undefined || content === "") return;
      if (name === "keywords") for (const tag of content.split(/[,;]/)) if (tag.trim() !== "") tags.add(tag.trim());
      if (name === "article:tag") tags.add(content);
      if (!values.has(name)) values.set(name, content);
    },
    title(text) {
      if (pageTitle === undefined && tidy(text) !== "") pageTitle = tidy(text);
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
      const first = (...names: readonly string[]): string | undefined =>
        names.map((name) => values.get(name)).find((value) => value !== undefined);
      const firstTime = (names: readonly string[]): number | undefined =>
        names
          .map((name) => values.get(name))
          .map((value) => (value === undefined ? undefined : dayOrTime(value)))
          .find((time) => time !== undefined);
      const title = pageTitle ?? first("og:title", "twitter:title", "dc.title", "dcterms.title", "citation_title");
      const author = first(
        "author",
        "article:author",
        "dc.creator",
        "dcterms.creator",
        "citation_author",
        "parsely-author",
      );
      const language =
        pageLanguage ?? first("content-language", "dc.language", "og:locale")?.split(",")[0]?.replaceAll("_", "-");
      const createdAt = firstTime(CREATED);
      const modifiedAt = firstTime(MODIFIED);
      const description = first("description", "og:description", "dc.description");
      const siteName = first("og:site_name");
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
