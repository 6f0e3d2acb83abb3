import type { ElementKind, TableData, TextMark } from "@groundwork/contracts";
import type { Region } from "./region.ts";

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
}
