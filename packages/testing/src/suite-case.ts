/** One named check of a suite. `run` throws when the implementation under test does not keep the contract. */
export interface SuiteCase {
  readonly name: string;
  run(): Promise<void>;
}

/** Runs the cases outside a test runner and returns the names of those that fail: how a planted fault is shown to be caught. */
export async function failingCases(cases: readonly SuiteCase[]): Promise<string[]> {
  const failed: string[] = [];
  for (const suiteCase of cases) {
    try {
      await suiteCase.run();
    } catch {
      failed.push(suiteCase.name);
    }
  }
  return failed;
}
