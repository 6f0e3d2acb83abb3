import type { CallOptions, DocumentElement } from "@groundwork/contracts";
import { isUnseen, throwIfAborted } from "@groundwork/contracts";
import { readChart } from "../drawing/chart-reader.ts";
import { readDiagram } from "../drawing/diagram-reader.ts";
import { readEmbedded } from "../drawing/embedded-file.ts";
import { type KnownColor, parseHexColor, WHITE } from "../look/color.ts";
import { readThemeColors } from "../look/theme-colors.ts";
import { hiddenTextWarning } from "../look/unseen-text.ts";
import type { OfficePart } from "../office-part.ts";
import { addressOf, type OpcPackage, type Relationship } from "../package/opc-package.ts";
import { child, children, descendants, isOn, type XmlNode } from "../package/xml-tree.ts";
import { streamBlocks } from "./docx-blocks.ts";
import { type Deferred, flattenStory, type StoryItem } from "./docx-items.ts";
import { DocxLooks } from "./docx-looks.ts";
import { DocxNumbering } from "./docx-numbering.ts";
import { DocxStory, type StoryLinks } from "./docx-story.ts";
import { DocxStyles } from "./docx-styles.ts";

function byId(root: XmlNode | undefined, name: string): Map<string, XmlNode> {
  return new Map(Array.from(children(root, name), (node) => [node.attributes["w:id"] ?? "", node]));
}

/** Parts that a story refers to. Notes and comments are loaded whole, bodies are not. */
class DocxLinks implements StoryLinks {
  readonly #opc: OpcPackage;
  readonly #part: string;
  readonly #footnotes: ReadonlyMap<string, XmlNode>;
  readonly #endnotes: ReadonlyMap<string, XmlNode>;
  readonly #comments: ReadonlyMap<string, XmlNode>;
  readonly #relationships: ReadonlyMap<string, Relationship>;
  readonly #told = new Set<string>();

  private constructor(
    opc: OpcPackage,
    part: string,
    footnotes: XmlNode | undefined,
    endnotes: XmlNode | undefined,
    comments: XmlNode | undefined,
    relationships: ReadonlyMap<string, Relationship>,
  ) {
    this.#opc = opc;
    this.#part = part;
    this.#footnotes = byId(footnotes, "w:footnote");
    this.#endnotes = byId(endnotes, "w:endnote");
    this.#comments = byId(comments, "w:comment");
    this.#relationships = relationships;
  }

  static async load(opc: OpcPackage, part: string): Promise<DocxLinks> {
    const first = async (type: string): Promise<XmlNode | undefined> =>
      opc.readOptional((await opc.related(part, type))[0]);
    const relationships = await opc.relationships(part);
    return new DocxLinks(
      opc,
      part,
      await first("footnotes"),
      await first("endnotes"),
      await first("comments"),
      relationships,
    );
  }

  note(kind: "footnote" | "endnote", id: string): XmlNode | undefined {
    const key = `${kind} ${id}`;
    if (this.#told.has(key)) return undefined;
    this.#told.add(key);
    return (kind === "footnote" ? this.#footnotes : this.#endnotes).get(id);
  }

  comments(id: string): readonly XmlNode[] {
    const node = this.#comments.get(id);
    if (node === undefined || this.#told.has(`comment ${id}`)) return [];
    this.#told.add(`comment ${id}`);
    return [node];
  }

  /** Ids of comments whose reference was nowhere in the text. */
  *untoldComments(): Generator<string> {
    for (const id of this.#comments.keys()) if (!this.#told.has(`comment ${id}`)) yield id;
  }

  chart(relationshipId: string): Deferred {
    return { deferred: () => readChart(this.#opc, this.#part, relationshipId) };
  }

  diagram(relationshipId: string): Deferred {
    return { deferred: () => readDiagram(this.#opc, this.#part, relationshipId) };
  }

  address(relationshipId: string): string | undefined {
    return addressOf(this.#relationships, relationshipId);
  }

  /** Word shows the color of the page only where the settings say so. */
  async pageColor(background: XmlNode): Promise<KnownColor> {
    const settings = await this.#opc.readOptional((await this.#opc.related(this.#part, "settings"))[0]);
    if (!isOn(child(settings, "w:displayBackgroundShape"), "w:val")) return WHITE;
    return parseHexColor(background.attributes["w:color"]) ?? "unknown";
  }

  embedded(relationshipId: string): Deferred {
    return { deferred: () => readEmbedded(this.#opc, this.#part, relationshipId) };
  }
}

/** Reads a Word document: headers, body with its notes and comments in place, footers. */
export async function* readDocx(opc: OpcPackage, part: string, options?: CallOptions): AsyncGenerator<OfficePart> {
  const first = async (type: string): Promise<XmlNode | undefined> =>
    opc.readOptional((await opc.related(part, type))[0]);
  const stylesRoot = await first("styles");
  const styles = new DocxStyles(stylesRoot);
  const theme = await readThemeColors(opc.zip, (await opc.related(part, "theme"))[0]);
  const looks = new DocxLooks(styles, stylesRoot, theme);
  const counts = { hidden: 0 };
  const numberingPart = await first("numbering");
  const links = await DocxLinks.load(opc, part);

  yield* readFurniture(opc, part, "header", { styles, looks, counts });
  const story = new DocxStory(styles, looks, new DocxNumbering(numberingPart, styles), links);
  for await (const item of story.read(streamBlocks(opc.zip, part))) {
    throwIfAborted(options?.signal);
    if ("kind" in item) yield item;
    else yield* item.deferred();
  }
  for (const id of links.untoldComments()) {
    const reference = { name: "w:commentReference", attributes: { "w:id": id }, children: [] };
    const paragraph: XmlNode = { name: "w:p", attributes: {}, children: [reference] };
    yield* elementsOnly(story.readInside({ name: "w:body", attributes: {}, children: [paragraph] }));
  }
  yield* readFurniture(opc, part, "footer", { styles, looks, counts });
  const warning = hiddenTextWarning(counts.hidden + story.hiddenCharacters);
  if (warning !== undefined) yield { type: "warning", warning };
}

function* elementsOnly(items: Iterable<StoryItem>): Generator<DocumentElement> {
  for (const item of items) if ("kind" in item) yield item;
}

/** Headers or footers, each distinct text once, however many sections repeat it. */
async function* readFurniture(
  opc: OpcPackage,
  part: string,
  kind: "header" | "footer",
  { styles, looks, counts }: { styles: DocxStyles; looks: DocxLooks; counts: { hidden: number } },
): AsyncGenerator<OfficePart> {
  const told = new Set<string>();
  for (const target of await opc.related(part, kind)) {
    const root = await opc.readOptional(target);
    if (root === undefined) continue;
    const story = new DocxStory(styles, looks, new DocxNumbering(undefined, styles), await DocxLinks.load(opc, target));
    const { text, others } = flattenStory(story.readInside(root));
    counts.hidden += story.hiddenCharacters;
    const watermarks = Array.from(descendants(root, "v:textpath"), (node) => node.attributes.string ?? "");
    for (const shown of [text, ...watermarks]) {
      if (shown === "" || told.has(shown)) continue;
      told.add(shown);
      yield { kind, text: shown };
    }
    for (const item of others) {
      if (!("kind" in item) || !isUnseen(item) || told.has(item.text)) continue;
      told.add(item.text);
      yield item;
    }
  }
}
