import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { citationLine } from "../passage-lines.ts";
import { RETRIEVE_HELP, RETRIEVE_OPTIONS, retrieveRequest } from "../retrieve-options.ts";
import { print, printJson, styled, wrap } from "../terminal.ts";

export const searchCommand: Command = {
  name: "search",
  usage: 'search "QUESTION"',
  summary: "find the passages that decide a question, each with its citation",
  options: RETRIEVE_OPTIONS,
  help: RETRIEVE_HELP,
  async run(context) {
    const { terminal, signal } = context;
    const request = retrieveRequest(context);
    const base = await context.open({ create: false });
    const result = await base.retrieve(request, { signal });
    if (context.json) {
      printJson(terminal, result);
      return result.passages.length > 0 ? EXIT.ok : EXIT.nothing;
    }
    result.passages.forEach((passage, index) => {
      const { explanation, citation } = passage;
      print(
        terminal,
        `${styled(terminal, "bold", `${index + 1}. ${citationLine(citation)}`)}  ${styled(terminal, "dim", passage.score.toFixed(3))}`,
      );
      print(terminal, ...wrap(passage.parent?.text ?? passage.text, terminal.columns ?? 100, "   "));
      if (explanation !== undefined) {
        const list = (name: string, part: typeof explanation.dense): string =>
          part === undefined
            ? `${name} –`
            : `${name} ${part.score.toFixed(3)} (${part.rank === undefined ? "not listed" : `rank ${part.rank}`})`;
        print(
          terminal,
          styled(
            terminal,
            "dim",
            `   ${list("dense", explanation.dense)}, ${list("lexical", explanation.lexical)}, fused ${explanation.fused.toFixed(3)} at dense weight ${explanation.denseWeight.toFixed(2)}`,
          ),
        );
      }
      print(terminal, "");
    });
    if (result.passages.length === 0) print(terminal, "No passage was found.");
    if (result.unverified > 0)
      print(
        terminal,
        styled(
          terminal,
          "yellow",
          `${result.unverified} passages were left out: their text no longer agrees with the stored documents. Run groundwork ingest.`,
        ),
      );
    return result.passages.length > 0 ? EXIT.ok : EXIT.nothing;
  },
};
