import type { CallOptions, DocumentContent, ExtractionWarning } from "@groundwork/contracts";
import { GroundworkError } from "@groundwork/contracts";
import { children, readXmlTree, type XmlNode } from "./xml-tree.ts";
import { ZipPackage } from "./zip-package.ts";

export interface Relationship {
  readonly id: string;
  /** Last part of the type's URI (`styles`, `slide`, ...): the same in transitional and strict files. */
  readonly type: string;
  /** Name of the part, without a leading slash; the raw target when it is external. */
  readonly target: string;
  readonly external: boolean;
}

/** Where a relationship to something outside of the package goes. */
export function addressOf(
  relationships: ReadonlyMap<string, Relationship>,
  id: string | undefined,
): string | undefined {
  const found = id === undefined ? undefined : relationships.get(id);
  return found?.external === true ? found.target : undefined;
}

/** An Open Packaging Conventions file: parts and the relationships between them. */
export class OpcPackage {
  readonly zip: ZipPackage;
  /** Found while reading; whoever drives the reading passes them on. */
  readonly warnings: ExtractionWarning[] = [];
  readonly #relationships = new Map<string, ReadonlyMap<string, Relationship>>();
  #contentTypes: { readonly byPart: Map<string, string>; readonly byExtension: Map<string, string> } | undefined;

  constructor(zip: ZipPackage) {
    this.zip = zip;
  }

  static async open(content: DocumentContent, options?: CallOptions): Promise<OpcPackage> {
    return new OpcPackage(await ZipPackage.open(content, options));
  }

  /** Relationships of a part (of the package for an empty name), by id. */
  async relationships(part: string): Promise<ReadonlyMap<string, Relationship>> {
    const known = this.#relationships.get(part);
    if (known !== undefined) return known;
    const slash = part.lastIndexOf("/") + 1;
    const root = await this.readOptional(`${part.slice(0, slash)}_rels/${part.slice(slash)}.rels`);
    const relationships = new Map<string, Relationship>();
    for (const node of children(root, "rel:Relationship")) {
      const { Id: id = "", Type: type = "", Target: target = "", TargetMode: mode } = node.attributes;
      const external = mode === "External";
      relationships.set(id, {
        id,
        type: type.slice(type.lastIndexOf("/") + 1),
        target: external ? target : resolvePartName(part, target),
        external,
      });
    }
    this.#relationships.set(part, relationships);
    return relationships;
  }

  /** Targets inside the package, in the order of the file. */
  async related(part: string, type: string): Promise<string[]> {
    return Array.from((await this.relationships(part)).values())
      .filter((relationship) => relationship.type === type && !relationship.external)
      .map((relationship) => relationship.target);
  }

  async target(part: string, id: string | undefined): Promise<string | undefined> {
    const found = id === undefined ? undefined : (await this.relationships(part)).get(id);
    return found === undefined || found.external ? undefined : found.target;
  }

  async contentType(part: string): Promise<string | undefined> {
    if (this.#contentTypes === undefined) {
      const byPart = new Map<string, string>();
      const byExtension = new Map<string, string>();
      for (const node of children(await this.readOptional("[Content_Types].xml"))) {
        const type = node.attributes.ContentType ?? "";
        if (node.name === "ct:Override") byPart.set((node.attributes.PartName ?? "").slice(1).toLowerCase(), type);
        if (node.name === "ct:Default") byExtension.set((node.attributes.Extension ?? "").toLowerCase(), type);
      }
      this.#contentTypes = { byPart, byExtension };
    }
    const name = part.toLowerCase();
    return (
      this.#contentTypes.byPart.get(name) ?? this.#contentTypes.byExtension.get(name.slice(name.lastIndexOf(".") + 1))
    );
  }

  async read(part: string | undefined): Promise<XmlNode | undefined> {
    return part === undefined ? undefined : readXmlTree(this.zip, part);
  }

  /** A part the document can do without: damage and size become a warning. Bombs, aborts and refused entities still end it. */
  async readOptional(part: string | undefined): Promise<XmlNode | undefined> {
    try {
      return await this.read(part);
    } catch (error) {
      if (!GroundworkError.isInstance(error)) throw error;
      if (error.code !== "CORRUPT_DOCUMENT" && error.code !== "DOCUMENT_TOO_LARGE") throw error;
      this.warnings.push({
        code: error.code === "CORRUPT_DOCUMENT" ? "damaged-part" : "part-too-large",
        message: "A secondary part of the package could not be read; its content is missing.",
      });
      return undefined;
    }
  }
}

/** Resolves a relationship's target against the part that owns it. */
export function resolvePartName(owner: string, target: string): string {
  let decoded = target.replaceAll("\\", "/");
  try {
    decoded = decodeURI(decoded);
  } catch {
    // A stray percent sign: the name is used as it stands.
  }
  const segments = decoded.startsWith("/") ? [] : owner.split("/").slice(0, -1);
  for (const segment of decoded.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  return segments.join("/");
}
