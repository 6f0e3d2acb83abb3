import type { DocumentMetadata } from "@groundwork/contracts";
import { Parser } from "htmlparser2";

export interface EpubPackage {
  readonly metadata: DocumentMetadata;
  readonly authors: readonly string[];
  readonly description: string | undefined;
  /** Members in reading order. */
  readonly spine: readonly string[];
  /** The table of contents: its navigation document or NCX. */
  readonly navigation: string | undefined;
}

const tidy = (text: string): string => text.replace(/\s+/g, " ").trim().toWellFormed().normalize("NFC");

/** A name relative to a member, as a member of the package: never outside of it. */
export function resolveName(base: string, reference: string): string {
  const steps = base.split("/").slice(0, -1);
  let path = reference.split("#")[0] ?? "";
  try {
    path = decodeURIComponent(path);
  } catch {
    // A name with a stray per cent sign is meant as it stands.
  }
  for (const step of path.replace(/^\//, "").split("/")) {
    if (step === "..") steps.pop();
    else if (step !== "." && step !== "") steps.push(step);
  }
  return steps.join("/");
}

/** The name of the package document, as `META-INF/container.xml` states it. */
export function packageName(container: string): string | undefined {
  return /<(?:\w+:)?rootfile\b[^>]*\bfull-path\s*=\s*["']([^"']+)["']/.exec(container)?.[1];
}

function timeOf(text: string | undefined): number | undefined {
  const match = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?/.exec(text?.trim() ?? "");
  // A year alone is no date: nothing is guessed.
  if (match?.[2] === undefined) return undefined;
  const time = Date.parse(`${match[1]}-${match[2]}-${match[3] ?? "01"}T00:00:00Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** Reads the package document (OPF). */
export function readEpubPackage(opf: string, opfName: string): EpubPackage {
  const values = new Map<string, string[]>();
  const items = new Map<string, { name: string; type: string; properties: string }>();
  const spine: string[] = [];
  let ncx: string | undefined;
  let tag = "";
  let property: string | undefined;
  let text = "";
  const local = (name: string): string => name.slice(name.indexOf(":") + 1).toLowerCase();
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        tag = local(name);
        property = attributes.property;
        text = "";
        const { id, href, idref } = attributes;
        if (tag === "item" && id !== undefined && href !== undefined) {
          items.set(id, {
            name: resolveName(opfName, href),
            type: attributes["media-type"] ?? "",
            properties: attributes.properties ?? "",
          });
        }
        if (tag === "spine") ncx = attributes.toc;
        if (tag === "itemref" && idref !== undefined && attributes.linear !== "no") spine.push(idref);
      },
      ontext: (chunk) => {
        text += chunk;
      },
      onclosetag(name) {
        const key = local(name) === "meta" ? property : local(name);
        const value = tidy(text);
        if (key !== undefined && value !== "") values.set(key, [...(values.get(key) ?? []), value]);
        text = "";
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(opf);
  const first = (key: string): string | undefined => values.get(key)?.[0];
  const authors = values.get("creator") ?? [];
  const createdAt = timeOf(first("date"));
  const modified = first("dcterms:modified");
  const modifiedAt = modified === undefined ? Number.NaN : Date.parse(modified);
  const language = first("language");
  const attributes = {
    ...(first("publisher") === undefined ? {} : { publisher: first("publisher")! }),
    ...(first("identifier") === undefined ? {} : { identifier: first("identifier")! }),
    ...(first("rights") === undefined ? {} : { rights: first("rights")! }),
  };
  const listed = [...items.values()];
  return {
    metadata: {
      ...(first("title") === undefined ? {} : { title: first("title")! }),
      ...(authors.length === 0 ? {} : { author: authors.join(", ") }),
      ...(language === undefined || !/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*$/.test(language) ? {} : { language }),
      ...(createdAt === undefined ? {} : { createdAt }),
      ...(Number.isNaN(modifiedAt) || !/(?:Z|[+-]\d{2}:\d{2})$/.test(modified ?? "") ? {} : { modifiedAt }),
      ...(values.has("subject") ? { tags: values.get("subject")! } : {}),
      ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
    },
    authors,
    description: first("description"),
    spine: spine.flatMap((id) => items.get(id)?.name ?? []),
    navigation:
      listed.find((item) => /\bnav\b/.test(item.properties))?.name ??
      (ncx === undefined ? undefined : items.get(ncx)?.name) ??
      listed.find((item) => item.type === "application/x-dtbncx+xml")?.name,
  };
}

/** Titles of chapters by member, from a navigation document or an NCX; the first title of a member counts. */
export function readNavigation(source: string, name: string): Map<string, string> {
  const titles = new Map<string, string>();
  let label = "";
  let href: string | undefined;
  let isLabel = false;
  const set = (): void => {
    const title = tidy(label);
    if (href === undefined || title === "") return;
    const member = resolveName(name, href);
    if (!titles.has(member)) titles.set(member, title);
  };
  const parser = new Parser(
    {
      onopentag(tag, attributes) {
        if (tag === "a" && attributes.href !== undefined) {
          href = attributes.href;
          label = "";
          isLabel = true;
        } else if (tag === "navlabel") {
          label = "";
          isLabel = true;
        } else if (tag === "content" && attributes.src !== undefined) {
          href = attributes.src;
          set();
        }
      },
      ontext: (chunk) => {
        if (isLabel) label += chunk;
      },
      onclosetag(tag) {
        if (tag === "a") set();
        if (tag === "a" || tag === "navlabel") isLabel = false;
      },
    },
    { decodeEntities: true, recognizeSelfClosing: true },
  );
  parser.end(source);
  return titles;
}
