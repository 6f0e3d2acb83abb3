import { indelRatio, nearStarts, partialRatio } from "./fuzzy.ts";
import { type Grid, gridOf, htmlTables, markdownTables } from "./table-grid.ts";

/** A check of olmOCR-bench (allenai/olmocr, Apache-2.0): the rules are that benchmark's, this code is ours. */
export interface PageCheck {
  readonly id: string;
  readonly pdf: string;
  readonly type: "present" | "absent" | "order" | "table" | "math" | "baseline";
  readonly max_diffs?: number;
  readonly text?: string;
  readonly case_sensitive?: boolean;
  readonly first_n?: number;
  readonly last_n?: number;
  readonly before?: string;
  readonly after?: string;
  readonly math?: string;
  readonly cell?: string;
  readonly max_length?: number;
  readonly up?: string;
  readonly down?: string;
  readonly left?: string;
  readonly right?: string;
  readonly top_heading?: string;
  readonly left_heading?: string;
}

const SAME: Readonly<Record<string, string>> = {
  "‘": "'",
  "’": "'",
  "‚": "'",
  "“": '"',
  "”": '"',
  "„": '"',
  "＿": "_",
  "–": "-",
  "—": "-",
  "‑": "-",
  "‒": "-",
  "−": "-",
  "\u00b5": "\u03bc",
};

export function normalizeForChecks(text: string): string {
  return text
    .replace(/<br\/?>/g, " ")
    .replace(/\*\*(.*?)\*\*/g, "$1")
    .replace(/__(.*?)__/g, "$1")
    .replace(/<\/?[bi]>/g, "")
    .replace(/(\*\*|__)(.*?)\1/g, "$2")
    .replace(/(\*|_)(.*?)\1/g, "$2")
    .replace(/\s+/g, " ")
    .normalize("NFC")
    .replace(/[‘’‚“”„＿–—‑‒−µ]/g, (character) => SAME[character] ?? character);
}

export function passesBaseline(markdown: string): boolean {
  if (!/[\p{L}\p{N}]/u.test(markdown)) return false;
  for (let n = 1; n <= 5; n++) {
    const last = markdown.slice(-n);
    let repeats = 0;
    while (repeats <= 31 && markdown.slice(markdown.length - n * (repeats + 1), markdown.length - n * repeats) === last)
      repeats++;
    if (repeats > 30 && last.trim() !== "") return false;
  }
  return !/[\u4e00-\u9FFF\u3040-\u309F\u30A0-\u30FF\u{1F600}-\u{1F64F}\u{1F300}-\u{1F5FF}\u{1F680}-\u{1F6FF}\u{1F1E0}-\u{1F1FF}]/u.test(
    markdown,
  );
}

const NOISE =
  /\\(?:left|right|displaystyle|textstyle|limits|nolimits|big|Big|bigl|bigr|Bigl|Bigr|mathbf|mathrm|mathit|boldsymbol|bm|bf|rm|it|text|textbf|textit|operatorname|mathsf|mathtt|tag\{[^}]*\}|label\{[^}]*\}|quad|qquad|,|;|:|!| )(?![A-Za-z])\*?/g;
const EQUAL_TEX: Readonly<Record<string, string>> = {
  "\\dfrac": "\\frac",
  "\\tfrac": "\\frac",
  "\\to": "\\rightarrow",
  "\\ge": "\\geq",
  "\\le": "\\leq",
  "\\ne": "\\neq",
  "\\mid": "|",
  "\\vert": "|",
  "\\lvert": "|",
  "\\rvert": "|",
  "\\Vert": "\\|",
  "\\prime": "'",
  "\\cdots": "...",
  "\\ldots": "...",
  "\\dots": "...",
  "\\lbrace": "\\{",
  "\\rbrace": "\\}",
  "\\varepsilon": "\\epsilon",
  "\\varphi": "\\phi",
  "\\colon": ":",
};

function texTokens(source: string): string[] {
  const cleaned = source.replace(NOISE, " ").replace(/~|&/g, " ").replaceAll("\\\\", " ");
  return (cleaned.match(/\\[A-Za-z]+|\\.|\S/g) ?? [])
    .map((token) => EQUAL_TEX[token] ?? token)
    .filter((token) => token !== "{" && token !== "}");
}

function hasMath(reference: string, content: string): boolean {
  const equations: string[] = [];
  let rest = content;
  for (const pattern of [/\\\(([\s\S]+?)\\\)/g, /\\\[([\s\S]+?)\\\]/g, /\$\$([\s\S]+?)\$\$/g, /\$([\s\S]+?)\$/g]) {
    for (const match of rest.matchAll(pattern)) equations.push(match[1]!.trim());
    rest = rest.replace(pattern, "");
  }
  if (equations.includes(reference)) return true;
  const wanted = texTokens(reference).join("\u0001");
  return equations.some((equation) =>
    `\u0001${texTokens(equation).join("\u0001")}\u0001`.includes(`\u0001${wanted}\u0001`),
  );
}

type Direction = "up" | "down" | "left" | "right";
const STEPS: Readonly<Record<Direction, readonly [number, number]>> = {
  up: [-1, 0],
  down: [1, 0],
  left: [0, -1],
  right: [0, 1],
};

function neighbours({ rows }: Grid): Record<Direction, Map<string, Set<string>>> {
  const found = { up: new Map(), down: new Map(), left: new Map(), right: new Map() } as Record<
    Direction,
    Map<string, Set<string>>
  >;
  rows.forEach((row, r) => {
    row.forEach((own, c) => {
      if (own === undefined) return;
      for (const direction of Object.keys(STEPS) as Direction[]) {
        const [dr, dc] = STEPS[direction];
        let y = r + dr;
        let x = c + dc;
        while (
          y >= 0 &&
          y < rows.length &&
          x >= 0 &&
          x < row.length &&
          (rows[y]![x] === undefined || rows[y]![x] === own)
        ) {
          y += dr;
          x += dc;
        }
        const other = rows[y]?.[x];
        if (other === undefined) continue;
        const set = found[direction].get(own) ?? new Set<string>();
        found[direction].set(own, set.add(other));
      }
    });
  });
  return found;
}

function headingsOf(grid: Grid, next: Map<string, Set<string>>, start: string): Set<string> {
  const seen = new Set<string>();
  const todo = [start];
  const headings = new Set<string>();
  const ends = new Set<string>();
  while (todo.length > 0) {
    const key = todo.pop()!;
    if (seen.has(key)) continue;
    seen.add(key);
    if (grid.cells.get(key)!.heading) headings.add(key);
    const further = next.get(key);
    if (further === undefined || further.size === 0) ends.add(key);
    else todo.push(...[...further].filter((other) => !seen.has(other)));
  }
  headings.delete(start);
  ends.delete(start);
  return headings.size > 0 ? headings : ends;
}

function hasTableCell(check: PageCheck, markdown: string, need: (text: string) => number): boolean {
  const cell = normalizeForChecks(check.cell ?? "");
  for (const table of [...markdownTables(markdown.trim(), false), ...htmlTables(markdown)]) {
    const grid = gridOf(table);
    const near = neighbours(grid);
    for (const [key, { text }] of grid.cells) {
      if (indelRatio(cell, normalizeForChecks(text)) < Math.max(0.5, need(cell))) continue;
      const relations: [string | undefined, () => Iterable<string>][] = [
        ...(Object.keys(STEPS) as Direction[]).map((direction): [string | undefined, () => Iterable<string>] => [
          check[direction],
          () => near[direction].get(key) ?? [],
        ]),
        [check.top_heading, () => headingsOf(grid, near.up, key)],
        [check.left_heading, () => headingsOf(grid, near.left, key)],
      ];
      const holds = relations.every(([wanted, keys]) => {
        if (wanted === undefined || wanted === null || wanted === "") return true;
        const normalized = normalizeForChecks(wanted);
        return [...keys()].some(
          (other) =>
            indelRatio(normalized, normalizeForChecks(grid.cells.get(other)!.text)) >= Math.max(0.5, need(normalized)),
        );
      });
      if (holds) return true;
    }
  }
  return false;
}

/** Whether the Markdown of a page passes; `undefined` for a kind of check that is not known. */
export function passesCheck(check: PageCheck, markdown: string): boolean | undefined {
  const edits = check.max_diffs ?? 0;
  const need = (text: string): number => 1 - edits / Math.max(1, text.length);
  switch (check.type) {
    case "baseline": {
      const letters = (markdown.match(/[\p{L}\p{N}]/gu) ?? []).length;
      return check.max_length === undefined || check.max_length === null
        ? passesBaseline(markdown)
        : letters <= check.max_length;
    }
    case "present":
    case "absent": {
      let query = normalizeForChecks(check.text ?? "");
      let content = normalizeForChecks(markdown);
      if (check.case_sensitive === false) {
        query = query.toLowerCase();
        content = content.toLowerCase();
      }
      const { first_n: first, last_n: last } = check;
      if (first && last) content = content.slice(0, first) + content.slice(-last);
      else if (first) content = content.slice(0, first);
      else if (last) content = content.slice(-last);
      const found = content !== "" && partialRatio(query, content) >= need(query);
      return found === (check.type === "present");
    }
    case "order": {
      const content = normalizeForChecks(markdown);
      const before = nearStarts(normalizeForChecks(check.before ?? ""), content, edits);
      const after = nearStarts(normalizeForChecks(check.after ?? ""), content, edits);
      return (
        before.length > 0 &&
        after.length > 0 &&
        before.reduce((a, b) => Math.min(a, b)) < after.reduce((a, b) => Math.max(a, b))
      );
    }
    case "math":
      return hasMath(check.math ?? "", markdown);
    case "table":
      return hasTableCell(check, markdown, need);
    default:
      return undefined;
  }
}
