function roman(value: number): string {
  const steps: readonly (readonly [number, string])[] = [
    [1000, "m"],
    [900, "cm"],
    [500, "d"],
    [400, "cd"],
    [100, "c"],
    [90, "xc"],
    [50, "l"],
    [40, "xl"],
    [10, "x"],
    [9, "ix"],
    [5, "v"],
    [4, "iv"],
    [1, "i"],
  ];
  let rest = value;
  let text = "";
  for (const [step, digits] of steps) {
    for (; rest >= step; rest -= step) text += digits;
  }
  return text;
}

function letters(value: number): string {
  let text = "";
  for (let rest = value; rest > 0; rest = Math.floor((rest - 1) / 26))
    text = String.fromCharCode(97 + ((rest - 1) % 26)) + text;
  return text;
}

/** The marker of an item of an ordered list as a browser writes it; `type` is the list's attribute (1, a, A, i, I). */
export function orderedMarker(value: number, type: string | undefined): string {
  const isSpelt = value >= 1 && value < 4_000;
  if (isSpelt && type === "a") return `${letters(value)}.`;
  if (isSpelt && type === "A") return `${letters(value).toUpperCase()}.`;
  if (isSpelt && type === "i") return `${roman(value)}.`;
  if (isSpelt && type === "I") return `${roman(value).toUpperCase()}.`;
  return `${value}.`;
}
