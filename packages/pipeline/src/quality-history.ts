import type { CallOptions, Catalog, QualityMetrics } from "@groundwork/contracts";

const SETTING = "quality-history";
/** Values kept under each name: as many as rules of the service may look back to. */
const MOST = 100;

/** The figures of earlier runs, kept in the catalog. */
export class QualityHistory implements QualityMetrics {
  readonly #catalog: Catalog;
  readonly #values: Map<string, readonly number[]>;

  private constructor(catalog: Catalog, values: Map<string, readonly number[]>) {
    this.#catalog = catalog;
    this.#values = values;
  }

  static async read(catalog: Catalog, options: CallOptions): Promise<QualityHistory> {
    const kept = await catalog.getSetting(SETTING, options);
    const values = kept === undefined ? {} : (JSON.parse(kept) as Record<string, readonly number[]>);
    return new QualityHistory(catalog, new Map(Object.entries(values)));
  }

  read(name: string, last: number): readonly number[] {
    return (this.#values.get(name) ?? []).slice(0, last);
  }

  /** Adds the figures of a run; what it did not measure stays. */
  async write(metrics: Readonly<Record<string, number>>, options: CallOptions): Promise<void> {
    const measured = Object.entries(metrics).filter(([, value]) => Number.isFinite(value));
    if (measured.length === 0) return;
    for (const [name, value] of measured) this.#values.set(name, [value, ...this.read(name, MOST - 1)]);
    await this.#catalog.setSetting(SETTING, JSON.stringify(Object.fromEntries(this.#values)), options);
  }
}
