/** A block as the service answers it. Geometry is 0..1 of the page, confidences are 0..100. */
export interface TextractBlock {
  readonly BlockType: string;
  readonly Id: string;
  readonly Page?: number;
  readonly Confidence?: number;
  readonly Text?: string;
  readonly TextType?: string;
  readonly RowIndex?: number;
  readonly ColumnIndex?: number;
  readonly RowSpan?: number;
  readonly ColumnSpan?: number;
  readonly Geometry?: {
    readonly BoundingBox?: {
      readonly Left: number;
      readonly Top: number;
      readonly Width: number;
      readonly Height: number;
    };
    readonly Polygon?: readonly { readonly X: number; readonly Y: number }[];
    readonly RotationAngle?: number;
  };
  readonly Relationships?: readonly { readonly Type: string; readonly Ids: readonly string[] }[] | null;
  readonly EntityTypes?: readonly string[];
  readonly SelectionStatus?: string;
  readonly Query?: { readonly Text: string; readonly Alias?: string; readonly Pages?: readonly string[] };
}

/** Which feature has to be asked for to get a block; those that are missing come always. */
const FEATURE_OF: Readonly<Record<string, string>> = {
  TABLE: "TABLES",
  CELL: "TABLES",
  MERGED_CELL: "TABLES",
  TABLE_TITLE: "TABLES",
  TABLE_FOOTER: "TABLES",
  TITLE: "TABLES",
  FOOTER: "TABLES",
  KEY_VALUE_SET: "FORMS",
  QUERY: "QUERIES",
  QUERY_RESULT: "QUERIES",
  SIGNATURE: "SIGNATURES",
};

/** The blocks of a whole reading that a request with these features would have got. */
export function blocksOfFeatures(blocks: readonly TextractBlock[], features: readonly string[]): TextractBlock[] {
  const isAsked = ({ BlockType }: TextractBlock): boolean => {
    if (BlockType.startsWith("LAYOUT_")) return features.includes("LAYOUT");
    if (BlockType === "SELECTION_ELEMENT") return features.includes("TABLES") || features.includes("FORMS");
    const feature = FEATURE_OF[BlockType];
    return feature === undefined || features.includes(feature);
  };
  const kept = blocks.filter(isAsked);
  if (kept.length === blocks.length) return kept;
  const ids = new Set(kept.map(({ Id }) => Id));
  return kept.map((block) => {
    const Relationships = (block.Relationships ?? [])
      .map(({ Type, Ids }) => ({ Type, Ids: Ids.filter((id) => ids.has(id)) }))
      .filter(({ Ids }) => Ids.length > 0);
    const { Relationships: _, ...rest } = block;
    return Relationships.length === 0 ? rest : { ...rest, Relationships };
  });
}
