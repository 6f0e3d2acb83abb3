import {
  type ComprehendClient,
  ContainsPiiEntitiesCommand,
  type ContainsPiiEntitiesCommandInput,
  DetectPiiEntitiesCommand,
  type EntityLabel,
} from "@aws-sdk/client-comprehend";
import type { PiiFinding } from "@groundwork/contracts";
import { billedUnits } from "./billed-units.ts";
import { comprehendError } from "./comprehend-error.ts";
import type { RequestGovernor, ResolvedComprehendPiiOptions } from "./comprehend-pii-options.ts";
import { findingsOf } from "./entity-findings.ts";
import type { ComprehendLanguage } from "./languages.ts";

/** What was asked of the service so far. */
export interface ComprehendUsage {
  /** Requests of `DetectPiiEntities` that were answered. */
  readonly detectRequests: number;
  /** Units of 100 characters that they are billed. */
  readonly detectUnits: number;
  /** The same of `ContainsPiiEntities`, the gate. */
  readonly containsRequests: number;
  readonly containsUnits: number;
}

/** Makes the requests and counts what they cost. Each is made once, unless a governor repeats it. */
export class ComprehendRequests {
  readonly #client: ComprehendClient;
  readonly #options: ResolvedComprehendPiiOptions;
  readonly #governor: RequestGovernor | undefined;
  readonly #withoutGate = new Set<string>();
  readonly #usage = { detectRequests: 0, detectUnits: 0, containsRequests: 0, containsUnits: 0 };

  constructor(client: ComprehendClient, options: ResolvedComprehendPiiOptions, governor: RequestGovernor | undefined) {
    this.#client = client;
    this.#options = options;
    this.#governor = governor;
  }

  get usage(): ComprehendUsage {
    return { ...this.#usage };
  }

  async #once<T>(
    operation: string,
    units: number,
    signal: AbortSignal | undefined,
    call: (signal: AbortSignal | undefined) => Promise<T>,
  ): Promise<T> {
    const attempt = async (own: AbortSignal | undefined): Promise<T> => {
      try {
        return await call(own);
      } catch (thrown) {
        throw comprehendError(thrown, operation, own);
      }
    };
    if (this.#governor === undefined) return attempt(signal);
    return this.#governor.run({ tokens: units }, (context) => attempt(context.signal), { signal });
  }

  /** What the gate says; `undefined` where it does not speak the language, which its documentation leaves open for Spanish. */
  async #labels(
    input: ContainsPiiEntitiesCommandInput,
    units: number,
    signal: AbortSignal | undefined,
  ): Promise<readonly EntityLabel[] | undefined> {
    try {
      const { Labels = [] } = await this.#once("ContainsPiiEntities", units, signal, (own) =>
        this.#client.send(new ContainsPiiEntitiesCommand(input), {
          ...(own === undefined ? {} : { abortSignal: own }),
        }),
      );
      this.#usage.containsRequests++;
      this.#usage.containsUnits += units;
      return Labels;
    } catch (thrown) {
      if (((thrown as Error).cause as Error | undefined)?.name !== "UnsupportedLanguageException") throw thrown;
      this.#withoutGate.add(input.LanguageCode!);
      return undefined;
    }
  }

  /** Findings of one text that fits into a request; offsets are of the text. */
  async findings(text: string, language: ComprehendLanguage, signal: AbortSignal | undefined): Promise<PiiFinding[]> {
    const input = { Text: text, LanguageCode: language };
    const units = billedUnits(text);
    const { gate, wants } = this.#options;
    if (gate !== undefined && !this.#withoutGate.has(language)) {
      const labels = await this.#labels(input, units, signal);
      if (labels?.some(({ Name = "", Score = 0 }) => wants(Name) && Score >= gate) === false) return [];
    }
    const { Entities = [] } = await this.#once("DetectPiiEntities", units, signal, (own) =>
      this.#client.send(new DetectPiiEntitiesCommand(input), { ...(own === undefined ? {} : { abortSignal: own }) }),
    );
    this.#usage.detectRequests++;
    this.#usage.detectUnits += units;
    return findingsOf(text, Entities, 0, this.#options);
  }
}
