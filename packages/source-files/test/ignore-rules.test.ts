import { expect, test } from "vitest";
import { IgnoreRules } from "../src/ignore-rules.ts";

const KEYS = [
  "policy.md",
  "a/b/policy.md",
  ".git",
  "a/.git",
  "a/.git/config",
  ".gitignore",
  ".groundwork",
  "a/.groundwork/store",
  "a/.groundworkignore",
  ".groundworkignore.md",
  "node_modules",
  "a/node_modules",
  "a/node_modules/x/readme.md",
  "node_modules.md",
  "my_node_modules/readme.md",
  "~$policy.docx",
  "a/~$policy.docx",
  "a/~$",
  "a/b~$c.docx",
  "Thumbs.db",
  "a/Thumbs.db",
  "a/thumbs.db",
  "Thumbs.db.md",
  "desktop.ini",
  "a/desktop.ini/b.md",
  "notdesktop.ini",
  "a/.hidden/b.md",
  "a/...",
  "a.b/c.d",
  "a b/c$d.md",
];

test.for([true, false])(
  "without patterns of the caller the answers are those of the library, dotfiles %s",
  (dotfiles) => {
    const plain = IgnoreRules.from({ dotfiles });
    // A comment is a pattern that matches nothing, and makes the library answer.
    const library = IgnoreRules.from({ dotfiles, ignore: ["# nothing"] });
    const answers = (rules: IgnoreRules): string[] =>
      KEYS.flatMap((key) => [`${key} ${rules.ignores(key, false)}`, `${key}/ ${rules.ignores(key, true)}`]);
    expect(answers(plain)).toEqual(answers(library));
  },
);
