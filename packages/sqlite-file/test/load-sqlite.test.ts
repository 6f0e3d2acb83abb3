import { expect, test, vi } from "vitest";
import { loadSqlite } from "../src/load-sqlite.ts";

test("only the warning that Node prints for SQLite is held back, and only while it loads", () => {
  const emit = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  const load = vi.spyOn(process, "getBuiltinModule").mockImplementation((() => {
    process.emitWarning("SQLite is an experimental feature and might change at any time", "ExperimentalWarning");
    process.emitWarning("Something else is experimental", "ExperimentalWarning");
    process.emitWarning("SQLite is old", "DeprecationWarning");
    return {};
  }) as typeof process.getBuiltinModule);
  const before = process.emitWarning;
  loadSqlite();
  expect(process.emitWarning).toBe(before);
  expect(emit.mock.calls.map(([warning]) => warning)).toEqual(["Something else is experimental", "SQLite is old"]);
  load.mockRestore();
  emit.mockRestore();
});
