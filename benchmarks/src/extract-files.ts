import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  type DocumentContent,
  type DocumentElement,
  type DocumentMetadata,
  GroundworkError,
  placeElements,
  renderMarkdown,
  type SerializedError,
  type SourceDocument,
} from "@groundwork/contracts";
import { detectMediaType } from "@groundwork/media-type";
import {
  DEFAULT_EXTRACTION_LIMITS,
  type ExtractionLimits,
  ExtractionPool,
  extractDocument,
  stageFingerprints,
} from "@groundwork/pipeline";
import { localExtractors } from "groundwork";

/** Folders and files beside the inputs that hold truths or notes. */
const TRUTH_FOLDERS = new Set(["groundtruth", "expected_outputs", "_expected", "test_evaluate_files"]);
const NOT_DOCUMENTS = new Set(["sty", "cls", "bst", "bib", "bbl", "abs", "xsd", "xsl", "go", "py"]);

/** Paths of a set's documents, relative to it, in order. */
export async function inputsOf(folder: string): Promise<string[]> {
  const found: string[] = [];
  const visit = async (at: string): Promise<void> => {
    const entries = await readdir(at, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) {
        if (!TRUTH_FOLDERS.has(entry.name)) await visit(path);
      } else if (
        entry.name !== "SOURCES.md" &&
        entry.name !== "files.tsv" &&
        !entry.name.endsWith(".jsonl.gz") &&
        !NOT_DOCUMENTS.has(entry.name.split(".").at(-1)!.toLowerCase())
      ) {
        found.push(relative(folder, path).split(sep).join("/"));
      }
    }
  };
  await visit(folder);
  return found;
}

export interface ExtractionResult {
  readonly path: string;
  readonly mediaType: string | undefined;
  readonly milliseconds: number;
  /** Absent when the document ended in an error. */
  readonly markdown?: string;
  readonly text?: string;
  readonly metadata?: DocumentMetadata;
  readonly error?: SerializedError;
  /** An error that is not of the documented kind: a defect. */
  readonly untyped?: boolean;
}

function fileContent(path: string, size: number): DocumentContent {
  return {
    size,
    path,
    bytes: async () => new Uint8Array(await readFile(path)),
    stream: async function* () {
      const { createReadStream } = await import("node:fs");
      yield* createReadStream(path, { highWaterMark: 64 * 1024 });
    },
  };
}

function heldContent(bytes: Uint8Array): DocumentContent {
  return {
    size: bytes.length,
    bytes: async () => bytes,
    stream: async function* () {
      yield bytes;
    },
  };
}

function benchDocument(
  content: DocumentContent,
  fileName: string,
  mediaType: string,
  password?: string,
): SourceDocument {
  return {
    documentId: "doc_bench",
    version: "0",
    mediaType,
    fileName,
    content,
    ...(password === undefined ? {} : { password }),
  };
}

/**
 * Passwords of a set's documents by their path, from `manifest.jsonl.gz` and `expected.jsonl.gz` (`file`, `password`), as a user
 * would give them by `settings.password` or `--password-file`. Empty when the set names none.
 */
export async function passwordsOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const passwords = new Map<string, string>();
  for (const name of ["manifest.jsonl.gz", "expected.jsonl.gz"]) {
    const path = join(folder, name);
    if (!existsSync(path)) continue;
    for (const line of gunzipSync(await readFile(path))
      .toString("utf8")
      .split("\n")) {
      if (line.trim() === "") continue;
      const { file, password } = JSON.parse(line) as { file?: unknown; password?: unknown };
      if (typeof file === "string" && typeof password === "string") passwords.set(file, password);
    }
  }
  return passwords;
}

/** Text with pages parted by form feeds. */
function pagedText(elements: readonly DocumentElement[]): string {
  let page = 1;
  let text = "";
  for (const element of elements) {
    const next = element.boxes?.[0]?.page ?? page;
    text += `${text === "" ? "" : "\n\n"}${next > page ? "\f".repeat(next - page) : ""}${element.text}`;
    page = Math.max(page, next);
  }
  return text;
}

/** Runs the local extractors over files as an ingestion does, one typed outcome each. */
export class FileExtraction {
  readonly #pool: ExtractionPool;
  readonly #fingerprints: ReturnType<typeof stageFingerprints>;
  readonly #extractors = localExtractors();

  constructor(options: { readonly concurrency: number; readonly limits?: Partial<ExtractionLimits> }) {
    this.#pool = new ExtractionPool({
      size: options.concurrency,
      limits: { ...DEFAULT_EXTRACTION_LIMITS, ...options.limits },
    });
    const none = { identity: { name: "none", revision: "1" } };
    this.#fingerprints = stageFingerprints({
      extractors: this.#extractors,
      enrichers: [],
      pii: none as never,
      chunker: none as never,
      embedder: { modelId: "none", revision: "1" } as never,
    });
  }

  /** `password` is what a user would give with the document. */
  async extract(folder: string, path: string, password?: string): Promise<ExtractionResult> {
    const started = performance.now();
    const notes: { mediaType: string | undefined } = { mediaType: undefined };
    const took = (): number => Math.round(performance.now() - started);
    let metadata: DocumentMetadata | undefined;
    try {
      const file = join(folder, path);
      const content = fileContent(file, (await stat(file)).size);
      const fileName = path.split("/").at(-1)!;
      const read = await this.#read(content, fileName, 0, notes, password).catch(async (error: unknown) => {
        // What a document states beside its refusal is a fact too.
        metadata = await this.#lockedMetadata(content, fileName, notes.mediaType, error);
        throw error;
      });
      metadata = read.metadata;
      if (!read.elements.some((element) => /[\p{L}\p{N}]/u.test(element.text))) {
        throw new GroundworkError("NO_TEXT", "No text was found in the document, and no picture of a page gave any.", {
          stage: "extract",
        });
      }
      const { elements } = placeElements(read.elements);
      return {
        path,
        mediaType: notes.mediaType,
        milliseconds: took(),
        markdown: renderMarkdown(elements),
        text: pagedText(elements),
        metadata,
      };
    } catch (error) {
      const typed = GroundworkError.from(error, "INTERNAL", "The document could not be read because of a defect.");
      return {
        path,
        mediaType: notes.mediaType,
        milliseconds: took(),
        error: typed.toJSON(),
        untyped: !GroundworkError.isInstance(error) || typed.code === "INTERNAL",
        ...(metadata === undefined ? {} : { metadata }),
      };
    }
  }

  async close(): Promise<void> {
    await this.#pool.close();
    for (const extractor of this.#extractors) await extractor.close?.();
  }

  /** The metadata that an extractor gives before it refuses a document for want of its password. */
  async #lockedMetadata(
    content: DocumentContent,
    fileName: string,
    mediaType: string | undefined,
    error: unknown,
  ): Promise<DocumentMetadata | undefined> {
    const isLocked = GroundworkError.isInstance(error) && /^PASSWORD_/.test(error.code);
    const extractor = mediaType === undefined ? undefined : this.#fingerprints.extractorFor(mediaType);
    if (!isLocked || mediaType === undefined || extractor === undefined) return undefined;
    let metadata: DocumentMetadata | undefined;
    try {
      for await (const part of this.#pool.extract(extractor, benchDocument(content, fileName, mediaType), {}))
        if (part.type === "metadata") ({ metadata } = part);
    } catch (cause) {
      // The refusal again.
      if (!GroundworkError.isInstance(cause)) throw cause;
    }
    return metadata;
  }

  async #read(
    content: DocumentContent,
    fileName: string,
    depth: number,
    notes: { mediaType: string | undefined },
    password?: string,
  ): Promise<{ elements: DocumentElement[]; metadata: DocumentMetadata }> {
    if (content.size === 0)
      throw new GroundworkError("EMPTY_DOCUMENT", "The document has no bytes.", { stage: "extract" });
    const { mediaType } = await detectMediaType(content, { fileName });
    if (depth === 0) notes.mediaType = mediaType;
    const extractor = this.#fingerprints.extractorFor(mediaType);
    if (extractor === undefined)
      throw new GroundworkError("UNSUPPORTED_MEDIA_TYPE", `No extractor reads "${mediaType}".`, { stage: "extract" });
    const extracted = await extractDocument(
      this.#pool,
      extractor,
      this.#fingerprints.recognizer,
      benchDocument(content, fileName, mediaType, password),
      { maxChildren: 1000 },
    );
    const elements = [...extracted.elements];
    // A container shows its members; what has a body of its own does not repeat its attachments.
    if (elements.length === 0 && extracted.children.length > 0 && depth >= 5)
      throw new GroundworkError("ARCHIVE_TOO_DEEP", "Nested deeper than 5 levels.");
    if (elements.length === 0) {
      for (const child of extracted.children) {
        try {
          elements.push(
            ...(await this.#read(heldContent(child.bytes), child.name.split("/").at(-1)!, depth + 1, notes)).elements,
          );
        } catch (error) {
          if (!GroundworkError.isInstance(error)) throw error;
        }
      }
    }
    return { elements, metadata: extracted.metadata };
  }
}

/** `--out`: what others score. Markdown and text, or the typed error; facts of the document beside them. */
export async function writeResult(out: string, set: string, result: ExtractionResult): Promise<void> {
  const base = join(out, set, result.path);
  await mkdir(dirname(base), { recursive: true });
  if (result.metadata !== undefined) await writeFile(`${base}.meta.json`, JSON.stringify(factsOf(result)));
  if (result.error !== undefined) {
    await writeFile(`${base}.err`, JSON.stringify(result.error));
    return;
  }
  await writeFile(`${base}.md`, result.markdown ?? "");
  await writeFile(`${base}.txt`, result.text ?? "");
}

/** Facts of a PDF as the expectations name them. */
export function factsOf({ metadata }: ExtractionResult): Record<string, unknown> {
  const { attributes = {}, pages, createdAt } = metadata ?? {};
  return {
    pages,
    encrypted: attributes.pdfEncrypted,
    images: attributes.pdfImages,
    forms: attributes.pdfForms,
    annotations: attributes.pdfAnnotations,
    creation_date:
      attributes.pdfCreationDate ?? (createdAt === undefined ? undefined : new Date(createdAt).toISOString()),
  };
}
