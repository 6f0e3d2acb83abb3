import type { ElementKind, TableData } from "@groundwork/contracts";
import type { Region } from "./region.ts";

/** An element under construction. */
export interface Block {
  kind: ElementKind;
  text: string;
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
