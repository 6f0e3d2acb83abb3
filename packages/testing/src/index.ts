export * from "./expect-error.ts";
export * from "./suite-case.ts";
