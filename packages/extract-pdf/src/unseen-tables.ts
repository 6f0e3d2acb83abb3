import { GlyphTable } from "./glyph-table.ts";

/** Why nobody sees a text, see `UNSEEN_REASONS` of the contracts. */
export type UnseenReason = "color" | "size" | "off_page" | "invisible" | "covered";

/** The glyphs of a page that nobody sees, by the reason. */
export class UnseenTables {
  readonly tables: Map<UnseenReason, GlyphTable> = new Map();

  /** Where glyphs of a reason go. */
  of(reason: UnseenReason): GlyphTable {
    let table = this.tables.get(reason);
    if (table === undefined) {
      table = new GlyphTable();
      this.tables.set(reason, table);
    }
    return table;
  }
}
