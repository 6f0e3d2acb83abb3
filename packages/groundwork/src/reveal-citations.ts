import {
  type ArtifactStore,
  type CallOptions,
  type Citation,
  decodeTextRevision,
  GroundworkError,
  type Principal,
  type RevealedQuote,
  type RevealedValue,
  type RevealRequest,
  type RevisionFinding,
  revisionArtifactKey,
  type TextRevision,
} from "@groundwork/contracts";

/** What a vault can tell: tokens that stand for one value. */
const TRACEABLE: ReadonlySet<string> = new Set(["pseudonymize", "hash"]);

export interface CitationRevealerOptions {
  readonly artifacts: ArtifactStore;
  readonly reveal: (
    request: Omit<RevealRequest, "readable">,
    options: CallOptions,
  ) => Promise<readonly RevealedValue[]>;
  readonly purpose: string;
  readonly principal?: Principal;
}

/** Shows what tokens in quotes stand for. One of these serves one answer: each token is asked for once. */
export class CitationRevealer {
  readonly #options: CitationRevealerOptions;
  readonly #revisions = new Map<string, Promise<TextRevision>>();
  readonly #values = new Map<string, Promise<readonly RevealedValue[]>>();

  constructor(options: CitationRevealerOptions) {
    this.#options = options;
  }

  #revision({ documentId, revisionId }: Citation, options: CallOptions): Promise<TextRevision> {
    const known = this.#revisions.get(revisionId);
    if (known !== undefined) return known;
    const loading = this.#options.artifacts.get(revisionArtifactKey(documentId, revisionId), options).then((bytes) => {
      if (bytes === undefined)
        throw new GroundworkError("STORE_CORRUPT", "The text of a citation is not there. Run: groundwork reconcile", {
          documentId,
        });
      return decodeTextRevision(bytes);
    });
    this.#revisions.set(revisionId, loading);
    return loading;
  }

  /** Values of a token; none when the vault does not hold it. That a purpose is refused is an error of the whole answer. */
  #valuesOf(token: string, options: CallOptions): Promise<readonly RevealedValue[]> {
    const known = this.#values.get(token);
    if (known !== undefined) return known;
    const { reveal, purpose, principal } = this.#options;
    const asked = reveal({ token, purpose, ...(principal === undefined ? {} : { principal }) }, options).catch(
      (error: unknown) => {
        if (GroundworkError.isInstance(error) && error.code === "NOT_FOUND") return [];
        throw error;
      },
    );
    this.#values.set(token, asked);
    return asked;
  }

  /** The quote with what its tokens stand for, as far as this document holds them. */
  async quote(citation: Citation, options: CallOptions): Promise<RevealedQuote> {
    const { text, findings = [] } = await this.#revision(citation, options);
    const inside = findings.filter(
      ({ action, charStart, charEnd }: RevisionFinding) =>
        TRACEABLE.has(action) && charStart >= citation.charStart && charEnd <= citation.charEnd,
    );
    let shown = "";
    let at = citation.charStart;
    let revealed = 0;
    for (const { charStart, charEnd, type } of inside) {
      const token = text.slice(charStart, charEnd);
      const values = (await this.#valuesOf(token, options)).filter(
        (value) => value.type === type && value.documentIds.includes(citation.documentId),
      );
      const [only] = values;
      if (values.length !== 1 || only!.value === token) continue;
      shown += text.slice(at, charStart) + only!.value;
      at = charEnd;
      revealed++;
    }
    return { text: shown + text.slice(at, citation.charEnd), revealed, withheld: inside.length - revealed };
  }
}
