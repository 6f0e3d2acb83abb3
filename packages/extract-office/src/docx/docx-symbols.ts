/** Characters of symbol fonts that matter in documents, by font and code (with or without the F000 offset). */
const WINGDINGS: Readonly<Record<number, string>> = {
  74: "☺",
  110: "■",
  111: "□",
  113: "❑",
  114: "❒",
  118: "❖",
  158: "·",
  159: "•",
  161: "○",
  167: "▪",
  168: "◻",
  216: "➢",
  223: "←",
  224: "→",
  225: "↑",
  226: "↓",
  232: "➔",
  240: "⇨",
  251: "✗",
  252: "✓",
  253: "☒",
  254: "☑",
};
const SYMBOL_GREEK = "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ";
const SYMBOL_GREEK_LOWER = "αβχδεφγηιϕκλμνοπθρστυϖωξψζ";
const SYMBOL_OTHER: Readonly<Record<number, string>> = {
  34: "∀",
  36: "∃",
  39: "∋",
  45: "−",
  64: "≅",
  94: "⊥",
  126: "∼",
  163: "≤",
  165: "∞",
  171: "↔",
  172: "←",
  173: "↑",
  174: "→",
  175: "↓",
  176: "°",
  177: "±",
  179: "≥",
  180: "×",
  181: "∝",
  182: "∂",
  183: "•",
  184: "÷",
  185: "≠",
  186: "≡",
  187: "≈",
  188: "…",
  197: "⊕",
  198: "∅",
  199: "∩",
  200: "∪",
  206: "∈",
  207: "∉",
  209: "∇",
  213: "∏",
  214: "√",
  215: "⋅",
  217: "∧",
  218: "∨",
  222: "⇒",
  229: "∑",
  242: "∫",
};

/** The Unicode character of a symbol-font character; an unknown one is a bullet-like mark and comes out empty. */
export function symbolCharacter(font: string, code: number): string {
  const index = code >= 0xf000 && code <= 0xf0ff ? code - 0xf000 : code;
  if (/^symbol/i.test(font)) {
    if (index >= 65 && index <= 90) return SYMBOL_GREEK[index - 65]!;
    if (index >= 97 && index <= 122) return SYMBOL_GREEK_LOWER[index - 97]!;
    return SYMBOL_OTHER[index] ?? (index >= 32 && index < 127 ? String.fromCharCode(index) : "");
  }
  if (/^(?:wingdings|webdings|zapf|marlett)/i.test(font)) return WINGDINGS[index] ?? "";
  return code >= 0xe000 && code <= 0xf8ff ? "" : String.fromCodePoint(Math.max(0, Math.min(code, 0x10ffff)));
}
