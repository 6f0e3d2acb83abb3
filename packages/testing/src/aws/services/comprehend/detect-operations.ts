import { AwsServiceError } from "../../aws-error.ts";
import type { AwsOperation, OperationContext } from "../../service.ts";
import type { StructureShape } from "../../shape.ts";
import {
  type ComprehendAnalysis,
  checkPiiLanguage,
  checkSize,
  MAX_BATCH_DOCUMENT_BYTES,
  MAX_BATCH_DOCUMENTS,
  MAX_DOCUMENT_BYTES,
} from "./analysis.ts";
import * as shapes from "./comprehend-shapes.ts";

type Input = Record<string, unknown>;
type Analyse = (text: string, language: string) => Promise<Record<string, unknown>[]>;

/** Documents shorter than that have no dominant language. */
const MIN_LANGUAGE_CHARACTERS = 20;

const describeText = (input: Input): Record<string, string | number> => ({
  characters: [...(input.Text as string)].length,
  ...(input.LanguageCode === undefined ? {} : { language: input.LanguageCode as string }),
});
const describeList = (input: Input): Record<string, string | number> => ({
  texts: (input.TextList as string[]).length,
  ...(input.LanguageCode === undefined ? {} : { language: input.LanguageCode as string }),
});

/** An operation over one text. */
function single(
  input: StructureShape,
  member: string,
  analyse: Analyse,
  check: (input: Input) => void = () => {},
): AwsOperation {
  return {
    input,
    describe: describeText,
    async handle(given) {
      check(given);
      const text = given.Text as string;
      checkSize(text, MAX_DOCUMENT_BYTES);
      return { [member]: await analyse(text, (given.LanguageCode as string | undefined) ?? "en") };
    },
  };
}

/** An operation over up to 25 texts. A text that is too long fails alone, as does one that a planted fault names. */
function batch(input: StructureShape, member: string, analyse: Analyse): AwsOperation {
  return {
    input,
    describe: describeList,
    async handle(given, { itemFault }: OperationContext) {
      const texts = given.TextList as string[];
      if (texts.length > MAX_BATCH_DOCUMENTS)
        throw new AwsServiceError(
          "BatchSizeLimitExceededException",
          `The number of documents in the request exceeds the limit of ${MAX_BATCH_DOCUMENTS}.`,
        );
      const language = (given.LanguageCode as string | undefined) ?? "en";
      const results: Record<string, unknown>[] = [];
      const errors: Record<string, unknown>[] = [];
      for (const [Index, text] of texts.entries()) {
        const tooLarge = Buffer.byteLength(text) > MAX_BATCH_DOCUMENT_BYTES;
        if (tooLarge)
          errors.push({
            Index,
            ErrorCode: "TEXT_SIZE_LIMIT_EXCEEDED",
            ErrorMessage: "The text exceeds the size limit.",
          });
        else if (itemFault?.indexes.includes(Index))
          errors.push({ Index, ErrorCode: itemFault.code, ErrorMessage: "The document could not be processed." });
        else results.push({ Index, [member]: await analyse(text, language) });
      }
      return { ResultList: results, ErrorList: errors };
    },
  };
}

function needsLanguage(input: Input): void {
  if (input.Text === undefined || input.LanguageCode === undefined)
    throw new AwsServiceError("InvalidRequestException", "A text and its language are required.");
}

function checkPii(input: Input): void {
  if (input.Text === "") throw new AwsServiceError("InvalidRequestException", "The text is empty.");
  checkPiiLanguage(input.LanguageCode as string);
}

/** The operations that answer at once. */
export function detectOperations(analysis: ComprehendAnalysis): Record<string, AwsOperation> {
  const pii: Analyse = (text, language) => analysis.pii(text, language);
  const labels: Analyse = (text, language) => analysis.piiLabels(text, language);
  const entities: Analyse = (text, language) => analysis.entities(text, language);
  const keyPhrases: Analyse = (text, language) => analysis.keyPhrases(text, language);
  const languages: Analyse = (text) => analysis.languages(text);
  const longEnough = ({ Text }: Input): void => {
    if ([...(Text as string)].length < MIN_LANGUAGE_CHARACTERS)
      throw new AwsServiceError(
        "InvalidRequestException",
        `A text of at least ${MIN_LANGUAGE_CHARACTERS} characters is required.`,
      );
  };
  return {
    DetectPiiEntities: single(shapes.detectPii, "Entities", pii, checkPii),
    ContainsPiiEntities: single(shapes.detectPii, "Labels", labels, checkPii),
    DetectEntities: single(shapes.detectEntities, "Entities", entities, needsLanguage),
    DetectKeyPhrases: single(shapes.detect, "KeyPhrases", keyPhrases),
    DetectDominantLanguage: single(shapes.detectLanguage, "Languages", languages, longEnough),
    BatchDetectEntities: batch(shapes.batchDetect, "Entities", entities),
    BatchDetectKeyPhrases: batch(shapes.batchDetect, "KeyPhrases", keyPhrases),
    BatchDetectDominantLanguage: batch(shapes.batchDetectLanguage, "Languages", languages),
  };
}
