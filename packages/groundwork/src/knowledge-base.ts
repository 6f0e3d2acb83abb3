import {
  type AbsenceExplanation,
  type Answer,
  type CallOptions,
  type CatalogDocument,
  type CatalogRevision,
  type ChunkRow,
  type Citation,
  type DeadLetter,
  type DocumentFinding,
  type DocumentState,
  decodeChunks,
  decodeTextRevision,
  GroundworkError,
  LOCAL_OWNER,
  mayRead,
  type Passage,
  principalNames,
  type RetrieveRequest,
  type RetrieveResult,
  type RevealedValue,
  type RevealRequest,
  type RunRecord,
  type Source,
  type TextRevision,
} from "@groundwork/contracts";
import {
  estimatePlan,
  type IngestOptions,
  type IngestReport,
  ingest,
  type PipelineParts,
  type Plan,
  type PlanEstimate,
  type PlanOptions,
  planIngest,
  type ReconcileOptions,
  type ReconcileReport,
  reconcile,
} from "@groundwork/pipeline";
import type { KnowledgeBaseRetriever } from "@groundwork/retrieval";
import { dropIndex } from "./drop-index.ts";
import type { IndexRegister, IndexVersion } from "./index-register.ts";
import { CitationRevealer } from "./reveal-citations.ts";

export interface KnowledgeBaseStatus {
  readonly documents: Readonly<Record<DocumentState, number>>;
  readonly chunks: number;
  readonly mediaTypes: Readonly<Record<string, number>>;
  readonly watermark: number;
  readonly openPublications: number;
  readonly lastRun: RunRecord | undefined;
  readonly deadLetters: readonly DeadLetter[];
  readonly embedder: string;
  readonly store: string;
}

/** Everything known of one document: the inspector's view. */
export interface DocumentView {
  readonly document: CatalogDocument;
  readonly revisions: readonly CatalogRevision[];
  readonly revision: TextRevision | undefined;
  readonly chunks: readonly ChunkRow[];
}

const DOCUMENT_STATES: readonly DocumentState[] = ["live", "stale", "hidden", "failed", "deleted"];

async function withRevealed(passage: Passage, reveal: (citation: Citation) => Promise<Citation>): Promise<Passage> {
  return { ...passage, citation: await reveal(passage.citation) };
}

/** An open knowledge base. Close it, or declare it with `await using`. */
export class KnowledgeBase {
  /** The parts it is made of, for those who extend it. */
  readonly parts: PipelineParts;
  /** The index that was opened. */
  readonly index: IndexVersion;
  readonly #register: IndexRegister;
  readonly #path: string;
  readonly #piiScope: string | undefined;
  readonly #retriever: KnowledgeBaseRetriever;
  readonly #closers: readonly (() => Promise<void> | void)[];
  #closed: Promise<void> | undefined;

  constructor(
    parts: PipelineParts,
    retriever: KnowledgeBaseRetriever,
    closers: readonly (() => Promise<void> | void)[],
    place: {
      readonly index: IndexVersion;
      readonly register: IndexRegister;
      readonly path: string;
      /** Of pseudonyms and hashes. */
      readonly piiScope?: string;
    },
  ) {
    this.parts = parts;
    this.index = place.index;
    this.#register = place.register;
    this.#path = place.path;
    this.#piiScope = place.piiScope;
    this.#retriever = retriever;
    this.#closers = closers;
  }

  /** What an ingestion of these sources would do. Reads listings and the catalog only. */
  plan(sources: Source | readonly Source[], options: PlanOptions = {}): Promise<Plan> {
    this.#check();
    return planIngest(
      Array.isArray(sources) ? (sources as readonly Source[]) : [sources as Source],
      this.parts,
      options,
    );
  }

  /** What carrying a plan out will take: documents, pages, tokens, time and money by stage. */
  estimate(plan: Plan, options: CallOptions = {}): Promise<PlanEstimate> {
    this.#check();
    return estimatePlan(plan, this.parts, options);
  }

  /** Carries out a plan, or plans and carries out. Idempotent, resumable; each document has an outcome in the report. */
  ingest(target: Plan | Source | readonly Source[], options: IngestOptions = {}): Promise<IngestReport> {
    this.#check();
    const isPlan = !Array.isArray(target) && "items" in target;
    return ingest(
      isPlan ? (target as Plan) : Array.isArray(target) ? (target as readonly Source[]) : [target as Source],
      this.parts,
      options,
    );
  }

  /** The indexes of the knowledge base, in the order of their making. */
  indexes(options: CallOptions = {}): Promise<readonly IndexVersion[]> {
    this.#check();
    return this.#register.list(options);
  }

  /**
   * Says that the opened index holds all it should, and lets it answer from the next opening on. Instant; the one that answered
   * before is kept until it is dropped.
   */
  async switchIndex(id: string, options: CallOptions = {}): Promise<IndexVersion> {
    this.#check();
    return this.#register.switchTo(id, options);
  }

  /** Marks the opened index as complete: it may be switched to. */
  completeIndex(options: CallOptions = {}): Promise<IndexVersion> {
    this.#check();
    return this.#register.complete(this.index.id, options);
  }

  /** Lets the index answer again that answered before. Instant. */
  rollBackIndex(options: CallOptions = {}): Promise<IndexVersion> {
    this.#check();
    return this.#register.rollBack(options);
  }

  /** Removes an index that does not answer, with its files (those of the first stay: they hold the register of all). */
  async dropIndex(id: string, options: CallOptions = {}): Promise<void> {
    this.#check();
    await dropIndex(this.#register, this.#path, id, options);
  }

  /** Compares store, texts and catalog in both directions and puts right what differs; `check: true` only reports. */
  async reconcile(options: Omit<ReconcileOptions, "texts"> = {}): Promise<ReconcileReport> {
    this.#check();
    // Texts that this index does not stand for may be another's.
    const alone = (await this.#register.list(options)).length <= 1;
    return reconcile(this.parts, { ...options, texts: alone });
  }

  /** The passages that decide a question, each with a citation that was checked against the canonical text. */
  async retrieve(request: RetrieveRequest, options: CallOptions = {}): Promise<RetrieveResult> {
    this.#check();
    const result = await this.#retriever.retrieve(request, options);
    const reveal = this.#citationRevealer(request, options);
    if (reveal === undefined) return result;
    return { ...result, passages: await Promise.all(result.passages.map((passage) => withRevealed(passage, reveal))) };
  }

  /** The sentences that answer, each with its citation; `answered: false` when the corpus does not answer. */
  async answer(request: RetrieveRequest, options: CallOptions = {}): Promise<Answer> {
    this.#check();
    const answer = await this.#retriever.answer(request, options);
    const reveal = this.#citationRevealer(request, options);
    if (reveal === undefined) return answer;
    const passages = await Promise.all(answer.passages.map((passage) => withRevealed(passage, reveal)));
    const claims = await Promise.all(
      answer.claims.map(async (claim) => ({ ...claim, citations: await Promise.all(claim.citations.map(reveal)) })),
    );
    return { ...answer, passages, claims };
  }

  #citationRevealer(
    { reveal, principal }: RetrieveRequest,
    options: CallOptions,
  ): ((citation: Citation) => Promise<Citation>) | undefined {
    if (reveal === undefined) return undefined;
    const revealer = new CitationRevealer({
      artifacts: this.parts.artifacts,
      reveal: (request, call) => this.reveal(request, call),
      purpose: reveal.purpose,
      ...(principal === undefined ? {} : { principal }),
    });
    return async (citation) => ({ ...citation, revealed: await revealer.quote(citation, options) });
  }

  /** Why a document is not among the passages of a request. */
  explainAbsence(request: RetrieveRequest, documentId: string, options: CallOptions = {}): Promise<AbsenceExplanation> {
    this.#check();
    return this.#retriever.explainAbsence(request, documentId, options);
  }

  async status(options: CallOptions = {}): Promise<KnowledgeBaseStatus> {
    this.#check();
    const { catalog, store, embedder } = this.parts;
    const documents = Object.fromEntries(DOCUMENT_STATES.map((state) => [state, 0])) as Record<DocumentState, number>;
    const mediaTypes: Record<string, number> = {};
    for await (const document of catalog.listDocuments({}, options)) {
      documents[document.state]++;
      if (document.state === "live" && document.mediaType !== undefined)
        mediaTypes[document.mediaType] = (mediaTypes[document.mediaType] ?? 0) + 1;
    }
    const watermark = await catalog.watermark(options);
    const deadLetters: DeadLetter[] = [];
    for await (const letter of catalog.listDeadLetters({}, options)) deadLetters.push(letter);
    return {
      documents,
      mediaTypes,
      chunks: await store.count(undefined, { ...options, watermark }),
      watermark,
      openPublications: (await catalog.openPublications(options)).length,
      lastRun: (await catalog.listRuns({ limit: 1 }, options))[0],
      deadLetters,
      embedder: `${embedder.modelId}@${embedder.revision}`,
      store: store.name,
    };
  }

  /** Documents whose id, key or URI is `reference`, or whose key ends with it. */
  async find(reference: string, options: CallOptions = {}): Promise<readonly CatalogDocument[]> {
    this.#check();
    const direct = await this.parts.catalog.getDocument(reference, options);
    if (direct !== undefined) return [direct];
    const exact: CatalogDocument[] = [];
    const partial: CatalogDocument[] = [];
    for await (const document of this.parts.catalog.listDocuments({}, options)) {
      if (document.key === reference || document.uri === reference) exact.push(document);
      else if (document.key.endsWith(`/${reference}`) || document.key.split("/").at(-1) === reference)
        partial.push(document);
    }
    return exact.length > 0 ? exact : partial;
  }

  /** Which documents that answer now hold which personal data, and what was done with it. Never the data. */
  findings(
    query: { readonly documentId?: string; readonly sourceId?: string; readonly types?: readonly string[] } = {},
    options: CallOptions = {},
  ): AsyncIterable<DocumentFinding> {
    this.#check();
    return this.parts.catalog.listFindings(query, options);
  }

  /**
   * What a pseudonym or a hash stands for, to a principal that may know it for this purpose and may read a document that holds it.
   * Every attempt is on record in the vault.
   *
   * @throws GroundworkError `PERMISSION_DENIED`, `NOT_FOUND`, `INVALID_CONFIGURATION` when there is no vault.
   */
  reveal(request: Omit<RevealRequest, "readable">, options: CallOptions = {}): Promise<readonly RevealedValue[]> {
    this.#check();
    const { vault, catalog } = this.parts;
    if (vault === undefined)
      throw new GroundworkError(
        "INVALID_CONFIGURATION",
        "Nothing can be revealed without a vault. Configure `pii.vault`.",
      );
    const names = request.principal === undefined ? [LOCAL_OWNER] : principalNames(request.principal);
    const readable = async (documentIds: readonly string[]): Promise<ReadonlySet<string>> => {
      const documents = await catalog.getDocuments(documentIds, options);
      return new Set(
        [...documents.values()]
          .filter(({ state, permissions }) => (state === "live" || state === "stale") && mayRead(permissions, names))
          .map(({ documentId }) => documentId),
      );
    };
    const scope = this.#piiScope === undefined ? {} : { scope: this.#piiScope };
    return vault.reveal({ ...scope, ...request, readable }, options);
  }

  /** Elements, pages, boxes, reading order and chunks of a document, by id, key or file name. */
  async show(reference: string, options: CallOptions = {}): Promise<DocumentView> {
    const found = await this.find(reference, options);
    const [document] = found;
    if (document === undefined) {
      throw new GroundworkError(
        "NOT_FOUND",
        `No document has the id, key or file name "${reference}". \`groundwork status --documents\` lists them.`,
      );
    }
    if (found.length > 1) {
      throw new GroundworkError(
        "INVALID_ARGUMENT",
        `"${reference}" names ${found.length} documents: ${found
          .slice(0, 5)
          .map(({ key }) => key)
          .join(", ")}. Give the whole key or the id.`,
      );
    }
    const { catalog, artifacts, store } = this.parts;
    const { documentId, liveRevision } = document;
    const revisions = await catalog.listRevisions(documentId, options);
    const record = revisions.find((revision) => revision.revisionId === liveRevision);
    const bytes = record === undefined ? undefined : await artifacts.get(record.artifact, options);
    const chunks: ChunkRow[] = [];
    const watermark = await catalog.watermark(options);
    for await (const batch of store.scan(
      { op: "eq", field: "documentId", value: documentId },
      { ...options, watermark },
    ))
      chunks.push(...decodeChunks(batch));
    return {
      document,
      revisions,
      revision: bytes === undefined ? undefined : await decodeTextRevision(bytes),
      chunks: chunks.sort((a, b) => a.ordinal - b.ordinal),
    };
  }

  close(): Promise<void> {
    this.#closed ??= (async () => {
      for (const close of this.#closers) await close();
    })();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #check(): void {
    if (this.#closed !== undefined)
      throw new GroundworkError(
        "INVALID_ARGUMENT",
        "The knowledge base is closed. Open it again with openKnowledgeBase().",
      );
  }
}
