import * as lexicon from "./injection-lexicon.ts";
import type { Word } from "./words.ts";

/** "Ignore … previous … instructions": the three within a dozen words, in this order or without "previous". */
export function findOverride(words: readonly Word[]): { readonly strong: boolean; readonly near: boolean } {
  let near = false;
  for (let at = 0; at < words.length; at++) {
    if (!lexicon.OVERRIDE_VERBS.has(words[at]!.text)) continue;
    let earlier = false;
    for (let next = at + 1; next < Math.min(words.length, at + 12); next++) {
      const { text } = words[next]!;
      if (lexicon.EARLIER.has(text) || text === "all" || text === "your") earlier = true;
      if (lexicon.INSTRUCTIONS.has(text) || (earlier && (text === "above" || text === "said" || text === "told"))) {
        if (earlier) return { strong: true, near: true };
        near = true;
      }
    }
  }
  return { strong: false, near };
}

/** "Show … your … instructions", "print the system … prompt": an order to give away what is kept. */
export function findReveal(words: readonly Word[]): boolean {
  for (let at = 0; at < words.length; at++) {
    if (!lexicon.REVEAL_VERBS.has(words[at]!.text)) continue;
    let yours = false;
    for (let next = at + 1; next < Math.min(words.length, at + 10); next++) {
      const { text } = words[next]!;
      if (
        text === "your" ||
        text === "system" ||
        text === "initial" ||
        text === "hidden" ||
        text === "user's" ||
        text === "full"
      )
        yours = true;
      if (yours && (lexicon.SECRETS.has(text) || text === "instructions" || text === "prompts" || text === "rules"))
        return true;
    }
  }
  return false;
}

/** "You are now …", "act as …", "stay in character". */
export function findRole(words: readonly Word[]): boolean {
  for (let at = 0; at < words.length; at++) {
    const { text } = words[at]!;
    const next = words[at + 1]?.text ?? "";
    const third = words[at + 2]?.text ?? "";
    if (
      (text === "act" || text === "behave" || text === "respond" || text === "answer" || text === "reply") &&
      next === "as"
    )
      return true;
    if (
      text === "you" &&
      next === "are" &&
      (third === "now" || third === "going" || third === "no" || third === "to" || third === "an" || third === "a")
    ) {
      if (third !== "to" && third !== "a" && third !== "an") return third !== "no" || words[at + 3]?.text === "longer";
      const after = words.slice(at + 3, at + 9);
      if (
        after.some(
          (word) =>
            lexicon.MODELS.has(word.text) ||
            word.text === "act" ||
            word.text === "pretend" ||
            word.text === "model" ||
            word.text === "character",
        )
      )
        return true;
    }
    if (text === "pretend" || text === "roleplay" || text === "roleplaying" || text === "persona") return true;
    if (text === "play" && (third === "role" || words[at + 3]?.text === "role" || next === "role")) return true;
    if (text === "in" && next === "character") return true;
    if (text === "from" && next === "now" && third === "on") return true;
  }
  return false;
}
