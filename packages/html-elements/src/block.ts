import type { ElementKind, TableData, TextMark } from "@groundwork/contracts";
import type { Region } from "./region.ts";
import type { UnseenReason } from "./visibility.ts";

/** An element under construction. */
export interface Block {
  kind: ElementKind;
  text: string;
  marks?: readonly TextMark[];
  level?: number;
  marker?: string;
  alt?: string;
  codeLanguage?: string;
  table?: TableData;
  anchor?: string | undefined;
  region: Region;
  /** Characters of `text` inside links. */
  linkCharacters: number;
  /** Why nobody sees it. */
  hidden?: UnseenReason;
}

/** Whether a block is text that a reader of the page sees. */
export const isShown = (block: Block): boolean => block.hidden === undefined;
