import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

const WORDS =
  "travel claim receipt approval hotel meal rate limit manager policy leave card ledger audit refund quarter".split(
    " ",
  );

/** A folder of small documents that changes by chance: what is edited, added, deleted, moved and copied between two ingestions. */
export class Corpus {
  readonly root: string;
  readonly #random: () => number;
  readonly #texts = new Map<string, string>();
  #made = 0;

  constructor(root: string, random: () => number) {
    this.root = root;
    this.#random = random;
  }

  get keys(): readonly string[] {
    return [...this.#texts.keys()].sort();
  }

  async create(documents: number): Promise<void> {
    await mkdir(this.root, { recursive: true });
    for (let index = 0; index < documents; index++) await this.#put(this.#newKey(), this.#text());
  }

  /** Returns what can be seen throughout: keys that are there before and after. */
  async change(): Promise<readonly string[]> {
    const before = new Set(this.keys);
    const some = (share: number): string[] => this.keys.filter(() => this.#random() < share);
    for (const key of some(0.25)) await this.#put(key, this.#edited(this.#texts.get(key)!));
    for (const key of some(0.08)) await this.#remove(key);
    for (const key of some(0.05)) await this.#move(key);
    for (const key of some(0.04)) await this.#put(this.#newKey(), this.#texts.get(key)!);
    const missing = Math.max(0, 40 - this.#texts.size) + Math.floor(this.#random() * 4);
    for (let index = 0; index < missing; index++) await this.#put(this.#newKey(), this.#text());
    return this.keys.filter((key) => before.has(key));
  }

  #newKey(): string {
    const number = this.#made++;
    const folder = ["", "policies/", "policies/travel/"][number % 3];
    return `${folder}document-${String(number).padStart(4, "0")}.${number % 4 === 0 ? "txt" : "md"}`;
  }

  #sentence(): string {
    const words = Array.from(
      { length: 6 + Math.floor(this.#random() * 8) },
      () => WORDS[Math.floor(this.#random() * WORDS.length)]!,
    );
    return `${words.join(" ")} ${Math.floor(this.#random() * 100_000)}.`;
  }

  #text(): string {
    const sections = 1 + Math.floor(this.#random() * 4);
    return Array.from(
      { length: sections },
      (_, index) => `# Section ${index + 1}\n\n${Array.from({ length: 3 }, () => this.#sentence()).join(" ")}`,
    ).join("\n\n");
  }

  #edited(text: string): string {
    const sections = text.split("\n\n# ");
    const at = Math.floor(this.#random() * sections.length);
    sections[at] = `${sections[at]} ${this.#sentence()}`;
    return sections.join("\n\n# ");
  }

  async #put(key: string, text: string): Promise<void> {
    const path = join(this.root, key);
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, text);
    this.#texts.set(key, text);
  }

  async #remove(key: string): Promise<void> {
    await rm(join(this.root, key));
    this.#texts.delete(key);
  }

  async #move(key: string): Promise<void> {
    const to = this.#newKey();
    await mkdir(join(this.root, to, ".."), { recursive: true });
    await rename(join(this.root, key), join(this.root, to));
    this.#texts.set(to, this.#texts.get(key)!);
    this.#texts.delete(key);
  }
}
