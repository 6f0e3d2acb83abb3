import type { parseArgs } from "node:util";
import type { KnowledgeBase, KnowledgeBaseConfiguration, OpenedRegister, OpenOptions } from "groundwork";
import type { Terminal } from "./terminal.ts";

export type OptionDefinitions = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>["options"]>;

export interface CommandContext {
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
  readonly json: boolean;
  /** Folder of the knowledge base. */
  readonly path: string;
  readonly configuration: KnowledgeBaseConfiguration;
  /** Opens the knowledge base; it is closed when the command ends. `create: false` refuses to make a new one. */
  open(options?: {
    readonly create?: boolean;
    readonly settings?: KnowledgeBaseConfiguration["settings"];
    readonly index?: OpenOptions["index"];
  }): Promise<KnowledgeBase>;
  /** The register of indexes alone: works whatever embedder is configured. */
  openRegister(): Promise<OpenedRegister>;
}

/** One command. `run` returns the exit code; errors it throws are shown and turned into one. */
export interface Command {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly options: OptionDefinitions;
  /** Lines of help, one per option. */
  readonly help: readonly string[];
  run(context: CommandContext): Promise<number>;
}

export function stringOption(context: CommandContext, name: string): string | undefined {
  const value = context.values[name];
  return typeof value === "string" ? value : undefined;
}
