const MONTHS = "january february march april may june july august september october november december".split(" ");

function monthOf(word: string): number {
  const folded = word.toLowerCase().replace(/\.$/, "");
  return folded.length < 3 ? -1 : MONTHS.findIndex((month) => month.startsWith(folded));
}

/** A date as its month, `2026-03`, or its year where no month can be told. */
function month(value: string): string | undefined {
  const iso = /\b(\d{4})[-/.](\d{1,2})(?:[-/.]\d{1,2})?\b/.exec(value);
  if (iso !== null && Number(iso[2]) >= 1 && Number(iso[2]) <= 12) return `${iso[1]}-${iso[2]!.padStart(2, "0")}`;
  const year = /\b(1[89]\d\d|20\d\d|21\d\d)\b/.exec(value)?.[1];
  if (year === undefined) return undefined;
  for (const [word] of value.matchAll(/\p{L}{3,}\.?/gu)) {
    const index = monthOf(word);
    if (index >= 0) return `${year}-${String(index + 1).padStart(2, "0")}`;
  }
  // Which of two numbers is the month depends on the country: the year is sure.
  return year;
}

function decade(value: string): string | undefined {
  const age = /\d{1,3}/.exec(value)?.[0];
  if (age === undefined) return undefined;
  const first = Math.floor(Number(age) / 10) * 10;
  return value.replace(/\d{1,3}/, `${first}-${first + 9}`);
}

function network(value: string): string | undefined {
  const four = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}$/.exec(value);
  if (four !== null) return `${four[1]}.0/24`;
  const groups = value.split(":");
  return groups.length > 3 && groups.slice(0, 3).every((group) => group !== "")
    ? `${groups.slice(0, 3).join(":")}::/48`
    : undefined;
}

/** A coarser form of a value, `undefined` where there is none. */
export function generalizeValue(type: string, value: string): string | undefined {
  switch (type) {
    case "DATE_TIME":
    case "DATE_OF_BIRTH":
      return month(value);
    case "AGE":
      return decade(value);
    case "IP_ADDRESS":
      return network(value);
    default:
      return undefined;
  }
}
