import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { CallOptions } from "@groundwork/contracts";
import { FIRST_INDEX, type IndexRegister } from "./index-register.ts";

/** Folder of an index beside the first. */
export function indexFolder(path: string, id: string): string {
  return join(path, "indexes", id);
}

/** Removes an index that does not answer, with its files. The first's catalog stays: it holds the register of all. */
export async function dropIndex(
  register: IndexRegister,
  path: string,
  id: string,
  options: CallOptions = {},
): Promise<void> {
  await register.drop(id, options);
  await rm(id === FIRST_INDEX ? join(path, "store") : indexFolder(path, id), { recursive: true, force: true });
}
