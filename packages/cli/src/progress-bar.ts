import type { IngestProgress } from "groundwork";
import { duration, type Terminal } from "./terminal.ts";

/** A progress line on `err`: redrawn on a terminal, a line every ten seconds elsewhere. */
export function progressBar(terminal: Terminal): { update(progress: IngestProgress): void; end(): void } {
  let drawn = false;
  let lastLine = performance.now();
  const facts = ({ documents, pages, chunks, failed, etaMs }: IngestProgress): string =>
    [
      `${documents.done}/${documents.total} documents`,
      ...(pages.known > 0 ? [`${pages.done}/${pages.known} pages`] : []),
      `${chunks.embedded} embedded`,
      ...(failed > 0 ? [`${failed} failed`] : []),
      ...(etaMs === undefined ? [] : [`${duration(etaMs)} left`]),
    ].join(" · ");
  return {
    update(progress) {
      const { columns } = terminal;
      if (columns === undefined) {
        if (performance.now() - lastLine < 10_000) return;
        lastLine = performance.now();
        terminal.err.write(`${facts(progress)}\n`);
        return;
      }
      const share = progress.documents.total === 0 ? 0 : progress.documents.done / progress.documents.total;
      const width = Math.max(10, Math.min(28, columns - 60));
      const filled = Math.round(share * width);
      const line = `${"█".repeat(filled)}${"░".repeat(width - filled)} ${facts(progress)}`;
      terminal.err.write(`\r\u001b[2K${line.slice(0, columns - 1)}`);
      drawn = true;
    },
    end() {
      if (drawn) terminal.err.write("\r\u001b[2K");
      drawn = false;
    },
  };
}
