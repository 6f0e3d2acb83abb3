import type { ElementLocation } from "@groundwork/contracts";
import { formatNumber } from "../number-text.ts";
import type { OfficePart } from "../office-part.ts";
import type { OpcPackage } from "../package/opc-package.ts";
import { child, children, descendants, integer, textContent, type XmlNode } from "../package/xml-tree.ts";
import { TableAssembler } from "../table-assembler.ts";
import { cleanLine } from "../text.ts";
import { bodyText } from "./text-body.ts";

interface Series {
  readonly name: string;
  readonly categories: readonly string[];
  readonly values: readonly string[];
}

/** Points of one series that are read; charts of measured data may hold many. */
const MAX_POINTS = 20_000;

/** Values of a cache, by index; levels of a multi-level category are joined. */
function cachedValues(holder: XmlNode | undefined): string[] {
  if (holder === undefined) return [];
  const values: string[] = [];
  const read = (cache: XmlNode): void => {
    const pattern = textContent(child(cache, "c:formatCode"));
    for (const point of children(cache, "c:pt")) {
      const index = integer(point, "idx") ?? 0;
      if (index < 0 || index >= MAX_POINTS) continue;
      const raw = cleanLine(textContent(child(point, "c:v")));
      const isNumber = cache.name === "c:numCache" || cache.name === "c:numLit";
      const shown =
        isNumber && raw !== "" && Number.isFinite(Number(raw)) ? formatNumber(Number(raw), pattern || "General") : raw;
      values[index] = values[index] === undefined ? shown : `${shown} ${values[index]}`;
    }
  };
  for (const name of ["c:strCache", "c:numCache", "c:strLit", "c:numLit", "c:lvl"]) {
    for (const cache of descendants(holder, name)) read(cache);
  }
  if (values.length === 0) {
    const literal = cleanLine(textContent(child(holder, "c:v")));
    if (literal !== "") values.push(literal);
  }
  return Array.from(values, (value) => value ?? "");
}

function classicSeries(root: XmlNode): Series[] {
  return Array.from(descendants(child(root, "c:chart", "c:plotArea"), "c:ser"), (node) => ({
    name: cachedValues(child(node, "c:tx")).join(" "),
    categories: cachedValues(child(node, "c:cat") ?? child(node, "c:xVal")),
    values: cachedValues(child(node, "c:val") ?? child(node, "c:yVal")),
  }));
}

/** Series of the charts of 2016 and later (waterfall, treemap, histogram, ...). */
function extendedSeries(root: XmlNode): Series[] {
  const data = new Map(
    Array.from(children(child(root, "cx:chartData"), "cx:data"), (node) => [node.attributes.id ?? "", node]),
  );
  const points = (dimension: XmlNode | undefined): string[] => {
    const values: string[] = [];
    for (const level of children(dimension, "cx:lvl")) {
      for (const point of children(level, "cx:pt")) {
        const index = integer(point, "idx") ?? 0;
        if (index < 0 || index >= MAX_POINTS) continue;
        const text = cleanLine(textContent(point));
        values[index] = values[index] === undefined ? text : `${text} ${values[index]}`;
      }
    }
    return Array.from(values, (value) => value ?? "");
  };
  return Array.from(descendants(child(root, "cx:chart", "cx:plotArea"), "cx:series"), (node) => {
    const held = data.get(child(node, "cx:dataId")?.attributes.val ?? "");
    return {
      name: cleanLine(textContent(child(node, "cx:tx", "cx:txData", "cx:v"))),
      categories: points(child(held, "cx:strDim")),
      values: points(child(held, "cx:numDim")),
    };
  });
}

function chartTitle(root: XmlNode): string {
  const classic = child(root, "c:chart", "c:title");
  if (classic !== undefined) {
    const rich = bodyText(child(classic, "c:tx", "c:rich"));
    return cleanLine(rich === "" ? cachedValues(child(classic, "c:tx")).join(" ") : rich);
  }
  const extended = child(root, "cx:chart", "cx:title", "cx:tx");
  return cleanLine(textContent(child(extended, "cx:txData", "cx:v")) || bodyText(child(extended, "cx:rich")));
}

const sameTexts = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((text, index) => text === b[index]);

/** Columns of the data: categories once when all series share them, else beside each series. */
function dataColumns(series: readonly Series[]): { header: string; values: readonly string[] }[] {
  const shared = series.find((one) => one.categories.length > 0)?.categories ?? [];
  const isShared = series.every((one) => one.categories.length === 0 || sameTexts(one.categories, shared));
  const columns: { header: string; values: readonly string[] }[] = [];
  if (isShared && shared.length > 0) columns.push({ header: "", values: shared });
  for (const one of series) {
    if (!isShared) columns.push({ header: "", values: one.categories });
    columns.push({ header: one.name, values: one.values });
  }
  return columns;
}

const EXTENDED_NAMES: Readonly<Record<string, string>> = {
  clusteredColumn: "Bar",
  paretoLine: "Pareto",
  boxWhisker: "Box and whisker",
  regionMap: "Map",
};

/** What kind of chart it is, in words: "Bar chart", "Bar and line chart". */
function chartType(root: XmlNode): string {
  const words = new Set<string>();
  for (const node of children(child(root, "c:chart", "c:plotArea"))) {
    // c:barChart, c:bar3DChart, c:ofPieChart
    const match = /^c:(?:of)?([A-Za-z]+?)(?:3D)?Chart$/.exec(node.name);
    if (match !== null) words.add(match[1]!.toLowerCase());
  }
  for (const node of descendants(child(root, "cx:chart", "cx:plotArea"), "cx:series")) {
    const id = node.attributes.layoutId ?? "";
    if (id !== "") words.add((EXTENDED_NAMES[id] ?? id).toLowerCase());
  }
  const text = [...words].join(" and ");
  return text === "" ? "" : `${text.charAt(0).toUpperCase()}${text.slice(1)} chart`;
}

/** A chart as a caption and the table of its data, from the caches that the file carries. */
export async function* readChart(
  opc: OpcPackage,
  owner: string,
  relationshipId: string,
  location?: ElementLocation,
): AsyncGenerator<OfficePart> {
  const root = await opc.readOptional(await opc.target(owner, relationshipId));
  if (root === undefined) return;
  const series = root.name === "cx:chartSpace" ? extendedSeries(root) : classicSeries(root);
  const title = chartTitle(root) || (series.length === 1 && child(root, "c:chart", "c:title") ? series[0]!.name : "");
  const placed = location === undefined ? {} : { location };
  if (title !== "") yield { kind: "caption", text: title, ...placed };
  const columns = dataColumns(series);
  const rows = columns.reduce((most, column) => Math.max(most, column.values.length), 0);
  if (rows === 0) return;
  const type = chartType(root);
  let isFirst = true;
  const assembler = new TableAssembler(location);
  assembler.addRow(
    columns.map(({ header }, column) => ({ column, text: header })),
    true,
  );
  for (let row = 0; row < rows; row++) {
    assembler.addRow(columns.map(({ values }, column) => ({ column, text: values[row] ?? "" })));
    if (!assembler.full && row < rows - 1) continue;
    const element = assembler.take();
    if (element === undefined) continue;
    yield { ...element, attributes: { source: "chart", ...(isFirst && type !== "" ? { chart: type } : {}) } };
    isFirst = false;
  }
}
