import type { Area } from "@groundwork/pdfium";
import type { GlyphTable } from "./glyph-table.ts";
import type { UnseenReason } from "./unseen-tables.ts";

export type { Area, Turn } from "@groundwork/pdfium";

/** Plain data of one page as read from PDFium, before any layout. Lengths in points, y downwards, as the page is shown. */
export interface PageContent {
  /** 1-based. */
  readonly page: number;
  readonly width: number;
  readonly height: number;
  readonly glyphs: GlyphTable;
  readonly rules: readonly Rule[];
  /** Filled rectangles that are not white and too thick to be rules: shaded cells, call-outs, bars. */
  readonly fills: readonly Area[];
  /** Each time one is painted. */
  readonly images: readonly Area[];
  /** Images without their repetitions. */
  readonly differentImages: number;
  /** Visible paths that are neither rules nor rectangles: drawings, outlined text. */
  readonly drawings: number;
  /** Small round or square paths: bullets that are drawn instead of written. */
  readonly dots: readonly Area[];
  /** Text that nobody sees, by the reason. It is no part of {@link glyphs}. */
  readonly unseen: ReadonlyMap<UnseenReason, GlyphTable>;
  readonly health: TextHealth;
}

/** Of one font at one size. Shared by all glyphs that have it. */
export interface TextStyle {
  readonly font: string;
  /** Points, after all transformations. */
  readonly size: number;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly monospaced: boolean;
}

/** What a tagged PDF says about a stretch of content. */
export interface StructureTag {
  /** Standard structure type: H1, P, LI, TD, ... or "Artifact". */
  readonly type: string;
  /** Number of the structure element, unique on the page. */
  readonly element: number;
}

/** A straight horizontal or vertical line: drawn, or an edge of a filled rectangle. */
export interface Rule {
  readonly orientation: "horizontal" | "vertical";
  /** y of a horizontal, x of a vertical rule. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** Counts by which a text layer that lies is told. */
export interface TextHealth {
  /** Visible characters that are not white space. */
  readonly glyphs: number;
  /** U+FFFD, private use or controls: nobody can read them. */
  readonly unmapped: number;
  /** Without a mapping to Unicode: the code inside the font was taken for it, which may be right or not. */
  readonly guessed: number;
  /** Drawn without ink, as OCR writes it over a scan. */
  readonly invisible: number;
}

export function unite(a: Area, b: Area): Area {
  return {
    left: Math.min(a.left, b.left),
    top: Math.min(a.top, b.top),
    right: Math.max(a.right, b.right),
    bottom: Math.max(a.bottom, b.bottom),
  };
}
