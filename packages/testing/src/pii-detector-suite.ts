import type { PiiDetector, PiiFinding } from "@groundwork/contracts";
import { expectError } from "./expect-error.ts";
import type { SuiteCase } from "./suite-case.ts";

export interface PiiDetectorCasesOptions {
  readonly name: string;
  readonly create: () => PiiDetector | Promise<PiiDetector>;
  /** Characters of the long text. @default 200,000 */
  readonly longText?: number;
}

function check(holds: boolean, message: string): asserts holds {
  if (!holds) throw new Error(message);
}

const EMAIL = "ana.silva@example.com";

/** What every finding must keep, whatever the text. Messages name offsets only, never the text. */
function checkFindings(text: string, findings: readonly PiiFinding[]): void {
  let end = 0;
  for (const finding of findings) {
    const place = `${finding.type} at ${finding.start}`;
    check(Number.isInteger(finding.start) && Number.isInteger(finding.end), `${place}: offsets are whole numbers`);
    check(finding.start >= end, `${place}: findings come in order and do not overlap`);
    check(finding.end > finding.start && finding.end <= text.length, `${place}: a finding lies inside the text`);
    check(finding.score >= 0 && finding.score <= 1, `${place}: a score is from 0 to 1`);
    check(/^[A-Z][A-Z0-9_]*$/.test(finding.type), `${place}: a type is upper case`);
    check(finding.detector !== "", `${place}: a finding names its detector`);
    check(!("value" in finding) && !("text" in finding), `${place}: a finding never carries the value`);
    end = finding.end;
  }
}

/** Checks of any detector of personal data that knows e-mail addresses. Each case makes one of its own. */
export function piiDetectorCases({ name, create, longText = 200_000 }: PiiDetectorCasesOptions): SuiteCase[] {
  const withDetector = (title: string, run: (detector: PiiDetector) => Promise<void>): SuiteCase => ({
    name: `${name}: ${title}`,
    async run() {
      const detector = await create();
      try {
        await run(detector);
      } finally {
        await (detector as { close?(): Promise<void> }).close?.();
      }
    },
  });
  const foundEmails = (text: string, findings: readonly PiiFinding[]): number =>
    findings.filter(({ type, start, end }) => type === "EMAIL" && text.slice(start, end) === EMAIL).length;

  return [
    withDetector("no texts give no findings", async (detector) => {
      check((await detector.detect([])).length === 0, "expected an empty list");
    }),
    withDetector("one list a text, in order; empty texts and blanks have none", async (detector) => {
      const texts = ["", EMAIL, "   \n\t ", "", `x ${EMAIL}`];
      const found = await detector.detect(texts);
      check(found.length === texts.length, "expected one list a text");
      found.forEach((list, index) => {
        checkFindings(texts[index]!, list);
        check(foundEmails(texts[index]!, list) === (texts[index]!.includes("@") ? 1 : 0), `text ${index}`);
      });
    }),
    withDetector("offsets count UTF-16 units", async (detector) => {
      const texts = ["😀👩‍👩‍👧 ", "שלום مرحبا ", "\u0301\u200f", "漢字かな ", "é".normalize("NFD"), "𐍈𝒳 "].map(
        (lead) => `${lead} ${EMAIL} 😀`,
      );
      const found = await detector.detect(texts);
      found.forEach((list, index) => {
        checkFindings(texts[index]!, list);
        check(foundEmails(texts[index]!, list) === 1, `text ${index}: the slice is the value`);
      });
    }),
    withDetector("half surrogates and controls are no reason to fail", async (detector) => {
      const texts = [`\ud83d ${EMAIL} \ude00`, `\u0000\u0001${" "}${EMAIL}\ufffe`, "\udfff".repeat(50), "\u202e\u2066"];
      const found = await detector.detect(texts);
      found.forEach((list, index) => {
        checkFindings(texts[index]!, list);
      });
      check(foundEmails(texts[0]!, found[0]!) === 1, "expected the address between half surrogates");
    }),
    withDetector("a long text is read to its end", async (detector) => {
      const filler = "the report lists the amounts of each month and the reasons for them, ";
      const text = `${filler.repeat(Math.ceil(longText / filler.length))}${EMAIL}`;
      const [found] = await detector.detect([text]);
      checkFindings(text, found!);
      check(foundEmails(text, found!) === 1, "expected the address at the end");
    }),
    withDetector("the same text has the same findings, alone or among others", async (detector) => {
      const text = `Maria Gonzalez (${EMAIL}) called from +44 20 7946 0958 on 4 March 2021.`;
      const [alone] = await detector.detect([text]);
      const among = await detector.detect(["one", text, `${text} ${text}`, text]);
      checkFindings(text, alone!);
      const plain = (list: readonly PiiFinding[]): string =>
        JSON.stringify(list.map(({ type, start, end }) => [type, start, end]));
      check(plain(alone!) === plain(among[1]!) && plain(alone!) === plain(among[3]!), "expected equal findings");
    }),
    withDetector("calls at the same time do not mix", async (detector) => {
      const texts = Array.from({ length: 8 }, (_, index) => `${"x ".repeat(index * 7)}${EMAIL}`);
      const found = await Promise.all(texts.map((text) => detector.detect([text])));
      found.forEach(([list], index) => {
        check(foundEmails(texts[index]!, list!) === 1, `call ${index}`);
      });
    }),
    withDetector("a signal that has fired stops the call before it starts", async (detector) => {
      await expectError(() => detector.detect([EMAIL], { signal: AbortSignal.abort() }), "ABORTED");
    }),
    withDetector("a signal stops a long call", async (detector) => {
      const controller = new AbortController();
      const texts = Array.from({ length: 400 }, (_, index) =>
        `Line ${index}: Maria Gonzalez met Tom Becker. `.repeat(40),
      );
      setImmediate(() => controller.abort());
      await expectError(() => detector.detect(texts, { signal: controller.signal }), "ABORTED");
      const [found] = await detector.detect([EMAIL]);
      check(foundEmails(EMAIL, found!) === 1, "expected the detector to work after an abort");
    }),
    withDetector("it names itself", async ({ identity }) => {
      check(identity.name !== "" && identity.revision !== "", "expected a name and a revision");
      check(JSON.stringify(identity) === JSON.stringify(structuredClone(identity)), "expected plain data");
    }),
  ];
}
