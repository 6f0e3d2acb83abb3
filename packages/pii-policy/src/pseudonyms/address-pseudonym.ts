import type { KeyedStream } from "./keyed-stream.ts";
import { sameForm } from "./same-form.ts";

const STREETS =
  "Alder Birch Cedar Dogwood Elder Fern Gorse Hazel Ivy Juniper Laurel Maple Myrtle Oak Pine Rowan Sorrel Thorn Willow Yew".split(
    " ",
  );
const KINDS = ["Street", "Lane", "Road", "Avenue", "Court", "Way"];
const TOWNS =
  "Ashfold Brookmere Coldwater Dunmoor Eastlow Farhaven Greyford Highmoor Kingsmere Lowbridge Marlow Northwick Oakhurst Stonely Westmere".split(
    " ",
  );

/** An address that nobody has. A number at its end, as most postal codes are, stays a number of that form. */
export function addressPseudonym(value: string, stream: KeyedStream): string {
  const street = `${1 + stream.below(998)} ${stream.pick(STREETS)} ${stream.pick(KINDS)}`;
  const code = /\d[\d -]{3,9}$/.exec(value.trim())?.[0];
  const town = `${street}, ${stream.pick(TOWNS)}`;
  return code === undefined ? town : `${town} ${sameForm(code, stream)}`;
}
