import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { citationLine } from "../passage-lines.ts";
import { RETRIEVE_HELP, RETRIEVE_OPTIONS, retrieveRequest } from "../retrieve-options.ts";
import { print, printJson, styled, wrap } from "../terminal.ts";

export const askCommand: Command = {
  name: "ask",
  usage: 'ask "QUESTION"',
  summary: "answer a question with sentences of the documents, or say that they do not answer it",
  options: RETRIEVE_OPTIONS,
  help: RETRIEVE_HELP,
  async run(context) {
    const { terminal, signal } = context;
    const request = retrieveRequest(context);
    const base = await context.open({ create: false });
    const answer = await base.answer(request, { signal });
    if (context.json) {
      printJson(terminal, answer);
      return answer.answered ? EXIT.ok : EXIT.nothing;
    }
    if (!answer.answered) {
      print(terminal, "The documents do not answer this question.");
      if (answer.passages.length > 0)
        print(
          terminal,
          "Closest passages:",
          ...answer.passages.slice(0, 3).map((passage) => `  ${citationLine(passage.citation)}`),
        );
      return EXIT.nothing;
    }
    for (const claim of answer.claims) {
      print(terminal, ...wrap(claim.text, terminal.columns ?? 100, ""));
      for (const citation of claim.citations)
        print(terminal, styled(terminal, "cyan", `  ↳ ${citationLine(citation)}`));
    }
    return EXIT.ok;
  },
};
