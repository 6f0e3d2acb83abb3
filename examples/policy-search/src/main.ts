import { cp, mkdir, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  citationLine,
  duration,
  printReport,
  processTerminal,
  progressBar,
  styled,
  type Terminal,
  wrap,
} from "@groundwork/cli";
import { folder } from "@groundwork/source-files";
import { type IngestReport, type KnowledgeBase, openKnowledgeBase } from "groundwork";

/** The Amazon Finance case in small: a corpus of real policies in many formats, five questions of an analyst, three ingestions. */
const here = fileURLToPath(new URL("..", import.meta.url));

export interface Question {
  readonly id: string;
  readonly question: string;
  readonly document: string;
  readonly quote: string;
  readonly page?: number;
}

export interface DemoResult {
  readonly first: IngestReport;
  readonly second: IngestReport;
  readonly third: IngestReport;
  readonly answers: readonly {
    readonly question: Question;
    readonly documents: readonly string[];
    readonly quotes: readonly string[];
    readonly answered: boolean;
    readonly claims: readonly string[];
  }[];
}

/** The first words of a quote, for a line or two. */
function excerpt(quote: string): string {
  const text = quote.replace(/\s+/g, " ");
  return text.length <= 180 ? text : `${text.slice(0, text.lastIndexOf(" ", 180))} …`;
}

async function ingestCorpus(base: KnowledgeBase, corpus: string, terminal: Terminal): Promise<IngestReport> {
  const bar = progressBar(terminal);
  try {
    return await base.ingest(folder(corpus), { onProgress: bar.update });
  } finally {
    bar.end();
  }
}

/** Runs the demonstration in `work`, which is emptied first. */
export async function demonstrate(work: string, terminal: Terminal): Promise<DemoResult> {
  const say = (...lines: readonly string[]): void => {
    for (const line of lines) terminal.out.write(`${line}\n`);
  };
  const title = (text: string): void =>
    say("", styled(terminal, "bold", `── ${text} ${"─".repeat(Math.max(0, 90 - text.length))}`));
  const corpus = join(work, "policies");
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  await cp(join(here, "corpus"), corpus, { recursive: true });
  const questions = JSON.parse(await readFile(join(here, "questions.json"), "utf8")) as Question[];

  const base = await openKnowledgeBase({ path: join(work, "knowledge-base") });
  try {
    title("First ingestion: everything is new");
    const first = await ingestCorpus(base, corpus, terminal);
    printReport(terminal, first, true);

    title("Five questions of a finance analyst");
    const answers: DemoResult["answers"][number][] = [];
    for (const question of questions) {
      const started = performance.now();
      const answer = await base.answer({ query: question.question, limit: 3 });
      say("", styled(terminal, "bold", `Q  ${question.question}`));
      if (!answer.answered) say("A  The documents do not answer this question.");
      for (const claim of answer.claims) {
        say(...wrap(`A  ${claim.text}`, 100, "   ").map((line, index) => (index === 0 ? line.trimStart() : line)));
        for (const place of new Set(claim.citations.map(citationLine))) say(styled(terminal, "cyan", `   ↳ ${place}`));
      }
      say(styled(terminal, "dim", `   from these passages (${duration(performance.now() - started)}):`));
      answer.passages.forEach(({ citation }, index) => {
        say(styled(terminal, "dim", `   ${index + 1}. ${citationLine(citation)}`));
        say(...wrap(`“${excerpt(citation.quote)}”`, 100, "      ").map((line) => styled(terminal, "dim", line)));
      });
      answers.push({
        question,
        answered: answer.answered,
        claims: answer.claims.map(({ text }) => text),
        documents: answer.passages.map((passage) => passage.citation.sourceUri.split("/").at(-1) ?? ""),
        quotes: answer.passages.map((passage) => passage.citation.quote),
      });
    }

    title("Second ingestion: nothing has changed");
    const second = await ingestCorpus(base, corpus, terminal);
    printReport(terminal, second, true);

    title("Third ingestion: one sentence edited, one file deleted");
    const edited = join(corpus, "travel-guide-4-reimbursement.md");
    const before = "Your voucher will be reviewed in 3-5 business days";
    const text = await readFile(edited, "utf8");
    if (!text.includes(before)) throw new Error(`the corpus has changed: "${before}" is not in it`);
    await writeFile(edited, text.replace(before, "Your voucher will be reviewed in 7-10 business days"));
    await unlink(join(corpus, "moving.md"));
    const third = await ingestCorpus(base, corpus, terminal);
    printReport(terminal, third, true);
    return { first, second, third, answers };
  } finally {
    await base.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await demonstrate(join(here, ".groundwork"), processTerminal());
}
