export * from "./expect-error.ts";
export * from "./faulty-vector-stores.ts";
export * from "./memory-vector-store.ts";
export * from "./suite-case.ts";
export * from "./vector-store-suite.ts";
