import { generalizeValue } from "../generalize-value.ts";
import { addressPseudonym } from "./address-pseudonym.ts";
import type { KeyedStream } from "./keyed-stream.ts";
import { namePseudonym } from "./name-pseudonym.ts";
import {
  cardPseudonym,
  ibanPseudonym,
  ipPseudonym,
  macPseudonym,
  phonePseudonym,
  ssnPseudonym,
} from "./number-pseudonyms.ts";
import { sameForm } from "./same-form.ts";

/** What of its type makes a pseudonym; `undefined` where a type has none and is hashed. */
type Make = (value: string, stream: KeyedStream, streamOf: (word: string) => KeyedStream) => string | undefined;

const BY_TYPE: Readonly<Record<string, Make>> = {
  NAME: (value, _stream, streamOf) => namePseudonym(value, streamOf),
  ADDRESS: addressPseudonym,
  PHONE: phonePseudonym,
  EMAIL: (_value, stream) => `${stream.code(10)}@example.com`,
  URL: (value, stream) => `${/^[a-z][a-z0-9+.-]*:\/\//i.exec(value)?.[0] ?? ""}example.com/${stream.code(10)}`,
  USERNAME: (_value, stream) => `user-${stream.code(8)}`,
  CREDIT_DEBIT_NUMBER: cardPseudonym,
  SSN: ssnPseudonym,
  INTERNATIONAL_BANK_ACCOUNT_NUMBER: ibanPseudonym,
  IP_ADDRESS: ipPseudonym,
  MAC_ADDRESS: macPseudonym,
  DATE_TIME: (value) => generalizeValue("DATE_TIME", value),
  DATE_OF_BIRTH: (value) => generalizeValue("DATE_OF_BIRTH", value),
  AGE: (value) => generalizeValue("AGE", value),
  // Of a secret not even the form is told.
  PASSWORD: () => undefined,
  SECRET: () => undefined,
  AWS_ACCESS_KEY: () => undefined,
  AWS_SECRET_KEY: () => undefined,
};

/**
 * A value of the same form that is nobody's, the same for the same value. Numbers of cards, accounts and telephones stay valid in
 * form; ranges that are never issued are used where a type has them. A type that is not known keeps its form when it has a digit.
 */
export function pseudonymOf(
  type: string,
  value: string,
  streams: { readonly value: () => KeyedStream; readonly word: (word: string) => KeyedStream },
): string | undefined {
  const make = BY_TYPE[type];
  if (make !== undefined) return make(value, streams.value(), streams.word);
  return /[0-9]/.test(value) ? sameForm(value, streams.value()) : undefined;
}
