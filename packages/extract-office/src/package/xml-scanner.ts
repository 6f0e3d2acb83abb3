import { TextDecoder } from "node:util";
import { GroundworkError } from "@groundwork/contracts";
import { SaxesParser, type SaxesTagPlain } from "saxes";
import { tooLarge } from "../office-errors.ts";
import { canonicalPrefix } from "./xml-namespaces.ts";

export type XmlAttributes = Readonly<Record<string, string>>;

/** What happens in an XML part. Names carry canonical prefixes (see {@link canonicalPrefix}). */
export interface XmlHandler {
  open(name: string, attributes: XmlAttributes): void;
  text?(text: string): void;
  close(name: string): void;
}

/** Office files nest a few dozen levels; beyond this a file is made to exhaust the stack. */
const MAX_DEPTH = 1000;

/** Text without a tag in it that is held; a cell or run of Office holds 32,767 characters. */
const MAX_TEXT_CHARACTERS = 64 * 1024 ** 2;

/** Faults that producers make and readers forgive: control characters, unknown entities, repeated attributes. */
const TOLERATED = /disallowed character|character entity|undefined entity|duplicate attribute|unescaped|DOCTYPE/i;

interface Scope {
  /** Declared prefix (empty for the default namespace) to canonical prefix. */
  readonly prefixes: ReadonlyMap<string, string>;
  /** Whether every declared prefix is canonical already. */
  readonly identical: boolean;
  readonly names: Map<string, string>;
  readonly depth: number;
}

/**
 * A push scanner over one XML part: feed it bytes, it calls the handler. Entities are never resolved beyond the five of
 * XML; an internal DTD ends in `EXTERNAL_ENTITY_REFUSED`, a part that is not well-formed in `CORRUPT_DOCUMENT`.
 */
export class XmlScanner {
  readonly #parser: SaxesParser<{ xmlns: false; position: false }>;
  readonly #scopes: Scope[] = [{ prefixes: new Map(), identical: true, names: new Map(), depth: 0 }];
  #scope: Scope = this.#scopes[0]!;
  #decoder: TextDecoder | undefined;
  #depth = 0;
  /** Characters since the last tag: the parser gathers them into one string. */
  #gathered = 0;

  constructor(handler: XmlHandler) {
    const parser = new SaxesParser({ xmlns: false, position: false });
    this.#parser = parser;
    parser.on("error", (error) => {
      if (!TOLERATED.test(error.message)) {
        throw new GroundworkError(
          "CORRUPT_DOCUMENT",
          "Expected well-formed XML, found a damaged part. Repair the file or fetch it again.",
        );
      }
    });
    parser.on("doctype", (doctype) => {
      if (doctype.includes("[") || doctype.includes("ENTITY")) {
        throw new GroundworkError(
          "EXTERNAL_ENTITY_REFUSED",
          "Expected a part without a document type definition, found one that declares entities. It was not read.",
        );
      }
    });
    parser.on("opentag", (tag) => {
      this.#gathered = 0;
      if (++this.#depth > MAX_DEPTH) {
        throw new GroundworkError(
          "CORRUPT_DOCUMENT",
          `Expected elements at most ${MAX_DEPTH} deep, found deeper ones. The file was not read.`,
        );
      }
      handler.open(this.#enter(tag), this.#attributes(tag.attributes));
    });
    parser.on("closetag", (tag) => {
      this.#gathered = 0;
      handler.close(this.#name(tag.name));
      if (this.#scope.depth === this.#depth && this.#scopes.length > 1) {
        this.#scopes.pop();
        this.#scope = this.#scopes.at(-1)!;
      }
      this.#depth--;
    });
    if (handler.text !== undefined) {
      const onText = (text: string): void => handler.text!(text);
      parser.on("text", onText);
      parser.on("cdata", onText);
    }
  }

  write(bytes: Uint8Array): void {
    this.#decoder ??= decoderOf(bytes);
    const text = this.#decoder.decode(bytes, { stream: true });
    this.#parser.write(text);
    this.#gathered += text.length;
    if (this.#gathered > MAX_TEXT_CHARACTERS + text.length) throw tooLarge("a text", MAX_TEXT_CHARACTERS);
  }

  end(): void {
    if (this.#decoder !== undefined) this.#parser.write(this.#decoder.decode());
    this.#parser.close();
  }

  #enter(tag: SaxesTagPlain): string {
    let declared: Map<string, string> | undefined;
    for (const key in tag.attributes) {
      // The letter x first: this runs for every attribute of every cell.
      if (key.charCodeAt(0) !== 120 || !key.startsWith("xmlns")) continue;
      const prefix = key.length === 5 ? "" : key.charCodeAt(5) === 58 ? key.slice(6) : undefined;
      if (prefix === undefined) continue;
      const canonical = canonicalPrefix(tag.attributes[key]!) ?? prefix;
      if (this.#scope.prefixes.get(prefix) === canonical) continue;
      declared ??= new Map(this.#scope.prefixes);
      declared.set(prefix, canonical);
    }
    if (declared !== undefined) {
      const identical = Array.from(declared).every(([prefix, canonical]) => prefix === "" || prefix === canonical);
      this.#scope = { prefixes: declared, identical, names: new Map(), depth: this.#depth };
      this.#scopes.push(this.#scope);
    }
    return this.#name(tag.name);
  }

  #name(raw: string): string {
    const known = this.#scope.names.get(raw);
    if (known !== undefined) return known;
    const colon = raw.indexOf(":");
    const prefix = colon < 0 ? "" : raw.slice(0, colon);
    const canonical = this.#scope.prefixes.get(prefix) ?? prefix;
    const name = canonical === "" ? raw : `${canonical}:${raw.slice(colon + 1)}`;
    this.#scope.names.set(raw, name);
    return name;
  }

  #attributes(raw: Record<string, string>): XmlAttributes {
    if (this.#scope.identical) return raw;
    const attributes: Record<string, string> = {};
    for (const key in raw) attributes[key.includes(":") ? this.#name(key) : key] = raw[key]!;
    return attributes;
  }
}

/** The decoder for a part's first bytes: byte order mark, then the XML declaration, then UTF-8. */
function decoderOf(bytes: Uint8Array): TextDecoder {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return new TextDecoder("utf-16le");
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return new TextDecoder("utf-16be");
  const declaration = /^[^<]*<\?xml[^>]*\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']/.exec(
    Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 200)).toString("latin1"),
  );
  try {
    const label = declaration?.[1] ?? "utf-8";
    return new TextDecoder(/^utf-?16$/i.test(label) ? "utf-8" : label);
  } catch {
    return new TextDecoder();
  }
}
