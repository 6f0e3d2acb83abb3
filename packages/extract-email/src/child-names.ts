const EXTENSION: Readonly<Record<string, string>> = {
  "message/rfc822": ".eml",
  "text/plain": ".txt",
  "text/html": ".html",
  "text/calendar": ".ics",
  "application/pdf": ".pdf",
  "image/png": ".png",
  "image/jpeg": ".jpg",
  "image/gif": ".gif",
};

/** Makes names of attachments: the last part of what the sender wrote, safe, unique inside the message. */
export function childNames(): (wanted: string | undefined, mediaType: string | undefined) => string {
  const taken = new Set<string>();
  return (wanted, mediaType) => {
    const base = (wanted ?? "")
      .replaceAll("\\", "/")
      .split("/")
      .at(-1)!
      .replace(/\p{Cc}|[<>:"|?*]/gu, "_")
      .replace(/^\.+|[. ]+$/g, "")
      .trim()
      .toWellFormed()
      .normalize("NFC")
      .slice(-150);
    const name = base === "" ? `attachment${EXTENSION[mediaType ?? ""] ?? ""}` : base;
    const dot = name.lastIndexOf(".");
    const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
    let unique = name;
    for (let number = 2; taken.has(unique.toLowerCase()); number++) unique = `${stem} (${number})${extension}`;
    taken.add(unique.toLowerCase());
    return unique;
  };
}
