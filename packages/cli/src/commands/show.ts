import { GroundworkError } from "@groundwork/contracts";
import type { Command } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { timestamp } from "../passage-lines.ts";
import { print, printJson, styled, table } from "../terminal.ts";

export const showCommand: Command = {
  name: "show",
  usage: "show DOCUMENT",
  summary: "inspect a document: elements in reading order, pages, boxes, chunks",
  options: {
    chunks: { type: "boolean" },
    boxes: { type: "boolean" },
    text: { type: "boolean" },
    page: { type: "string" },
  },
  help: [
    "--chunks           show its chunks too",
    "--boxes            show the box of every line",
    "--text             only the canonical text",
    "--page N           only this page",
  ],
  async run(context) {
    const { terminal, signal, values, positionals } = context;
    const [reference] = positionals;
    if (reference === undefined)
      throw new GroundworkError(
        "INVALID_ARGUMENT",
        "Name a document by id, key or file name. `groundwork status --documents` lists them.",
      );
    const base = await context.open({ create: false });
    const view = await base.show(reference, { signal });
    if (context.json) {
      printJson(terminal, view);
      return EXIT.ok;
    }
    if (values.text === true) {
      print(terminal, view.revision?.text ?? "");
      return EXIT.ok;
    }
    const { document } = view;
    const facts: [string, string | undefined][] = [
      ["id", document.documentId],
      ["key", document.key],
      ["state", document.state],
      ["media type", document.mediaType],
      ["title", document.metadata?.title],
      ["language", document.metadata?.language],
      ["author", document.metadata?.author],
      ["pages", document.metadata?.pages?.toString()],
      [
        "in force",
        document.metadata?.effectiveFrom === undefined && document.metadata?.effectiveTo === undefined
          ? undefined
          : `${document.metadata?.effectiveFrom ?? "…"} to ${document.metadata?.effectiveTo ?? "…"}`,
      ],
      ["version", document.version],
      ["revision", document.liveRevision],
      ["readers", document.permissions.allow.join(", ")],
    ];
    print(
      terminal,
      ...table(
        facts.filter((fact): fact is [string, string] => fact[1] !== undefined),
        "",
      ),
      "",
    );
    const page = values.page === undefined ? undefined : Number(values.page);
    for (const element of view.revision?.elements ?? []) {
      if (page !== undefined && !(element.boxes ?? []).some((box) => box.page === page)) continue;
      const pages = [...new Set((element.boxes ?? []).map((box) => box.page))];
      const place = [
        ...(pages.length > 0 ? [`p. ${pages.join(", ")}`] : []),
        ...(element.startMs === undefined ? [] : [timestamp(element.startMs)]),
        ...(element.location?.sheet === undefined
          ? []
          : [`${element.location.sheet} ${element.location.range ?? ""}`.trim()]),
        ...(element.location?.slide === undefined ? [] : [`slide ${element.location.slide}`]),
      ].join(" ");
      print(
        terminal,
        styled(
          terminal,
          "dim",
          `#${element.ordinal} ${element.kind}${element.level === undefined ? "" : ` ${element.level}`}  ${element.charStart}–${element.charEnd}  ${place}`,
        ),
      );
      print(terminal, ...element.text.split("\n").map((line) => `    ${line}`));
      if (values.boxes === true)
        for (const box of element.boxes ?? [])
          print(
            terminal,
            styled(
              terminal,
              "dim",
              `      page ${box.page}: ${[box.left, box.top, box.right, box.bottom].map((edge) => edge.toFixed(3)).join(" ")}`,
            ),
          );
    }
    if (values.chunks === true) {
      print(terminal, "");
      for (const chunk of view.chunks) {
        print(
          terminal,
          styled(
            terminal,
            "bold",
            `chunk ${chunk.ordinal}  ${chunk.tokens} tokens  ${chunk.charStart}–${chunk.charEnd}  ${chunk.chunkId}`,
          ),
        );
        if (chunk.context !== "") print(terminal, styled(terminal, "dim", chunk.context.replace(/^/gm, "    ")));
        print(terminal, chunk.text.replace(/^/gm, "    "));
      }
    }
    return EXIT.ok;
  },
};
