/** Members that are no documents: what systems and archivers leave behind. */
const LEFTOVER = /(?:^|\/)(?:__MACOSX\/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._[^/]*$)/i;

export function isLeftover(name: string): boolean {
  return LEFTOVER.test(name);
}

/**
 * Makes the names of members safe and unique: relative, `/` between parts, no `..`, no drive, no control characters. A name
 * that would leave the archive loses the steps that lead out. `undefined` = nothing is left of it, a folder for example.
 */
export function memberNames(): (wanted: string) => string | undefined {
  const taken = new Set<string>();
  return (wanted) => {
    if (/[\\/]$/.test(wanted)) return undefined;
    const steps = wanted
      .replaceAll("\\", "/")
      .replace(/^[A-Za-z]:/, "")
      .split("/")
      .map((step) =>
        step
          .replace(/\p{Cc}|:/gu, "_")
          .toWellFormed()
          .normalize("NFC")
          .slice(0, 200),
      )
      .filter((step) => step.trim() !== "" && step !== "." && step !== "..");
    if (steps.length === 0) return undefined;
    const name = steps.join("/");
    const slash = name.lastIndexOf("/");
    const dot = name.lastIndexOf(".");
    const [stem, extension] = dot > slash + 1 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
    let unique = name;
    for (let number = 2; taken.has(unique); number++) unique = `${stem} (${number})${extension}`;
    taken.add(unique);
    return unique;
  };
}
