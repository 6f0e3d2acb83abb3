import { child, children, isOn, textContent, type XmlNode } from "../package/xml-tree.ts";

/** LaTeX of characters that formulas use; others stand for themselves. */
const COMMANDS: Readonly<Record<string, string>> = {
  α: "\\alpha",
  β: "\\beta",
  γ: "\\gamma",
  δ: "\\delta",
  ε: "\\epsilon",
  ϵ: "\\epsilon",
  ζ: "\\zeta",
  η: "\\eta",
  θ: "\\theta",
  ι: "\\iota",
  κ: "\\kappa",
  λ: "\\lambda",
  μ: "\\mu",
  ν: "\\nu",
  ξ: "\\xi",
  π: "\\pi",
  ρ: "\\rho",
  σ: "\\sigma",
  τ: "\\tau",
  υ: "\\upsilon",
  φ: "\\phi",
  ϕ: "\\phi",
  χ: "\\chi",
  ψ: "\\psi",
  ω: "\\omega",
  Γ: "\\Gamma",
  Δ: "\\Delta",
  Θ: "\\Theta",
  Λ: "\\Lambda",
  Ξ: "\\Xi",
  Π: "\\Pi",
  Σ: "\\Sigma",
  Φ: "\\Phi",
  Ψ: "\\Psi",
  Ω: "\\Omega",
  "±": "\\pm",
  "∓": "\\mp",
  "×": "\\times",
  "÷": "\\div",
  "⋅": "\\cdot",
  "∙": "\\cdot",
  "∗": "*",
  "−": "-",
  "–": "-",
  "≤": "\\leq",
  "≥": "\\geq",
  "≠": "\\neq",
  "≈": "\\approx",
  "≡": "\\equiv",
  "∝": "\\propto",
  "∞": "\\infty",
  "∂": "\\partial",
  "∇": "\\nabla",
  "∈": "\\in",
  "∉": "\\notin",
  "⊂": "\\subset",
  "⊆": "\\subseteq",
  "∪": "\\cup",
  "∩": "\\cap",
  "∅": "\\emptyset",
  "∀": "\\forall",
  "∃": "\\exists",
  "∧": "\\wedge",
  "∨": "\\vee",
  "¬": "\\neg",
  "→": "\\rightarrow",
  "←": "\\leftarrow",
  "↔": "\\leftrightarrow",
  "⇒": "\\Rightarrow",
  "⇔": "\\Leftrightarrow",
  "…": "\\ldots",
  "⋯": "\\cdots",
  "∑": "\\sum",
  "∏": "\\prod",
  "∐": "\\coprod",
  "∫": "\\int",
  "∬": "\\iint",
  "∭": "\\iiint",
  "∮": "\\oint",
  "∯": "\\oiint",
  "∰": "\\oiiint",
  "⋃": "\\bigcup",
  "⋂": "\\bigcap",
  "⋁": "\\bigvee",
  "⋀": "\\bigwedge",
  "√": "\\surd",
  "′": "'",
  "%": "\\%",
  "#": "\\#",
  "&": "\\&",
};
const ACCENTS: Readonly<Record<string, string>> = {
  "\u0300": "\\grave",
  "\u0301": "\\acute",
  "\u0302": "\\hat",
  "\u0303": "\\tilde",
  "\u0304": "\\bar",
  "\u0305": "\\overline",
  "\u0306": "\\breve",
  "\u0307": "\\dot",
  "\u0308": "\\ddot",
  "\u030c": "\\check",
  "\u20d7": "\\vec",
  "\u20d1": "\\vec",
};
const FUNCTIONS =
  /^(?:sin|cos|tan|cot|sec|csc|sinh|cosh|tanh|coth|arcsin|arccos|arctan|log|ln|lg|exp|lim|limsup|liminf|max|min|sup|inf|det|dim|gcd|ker|hom|arg|deg|Pr)$/;
const DELIMITERS: Readonly<Record<string, string>> = {
  "{": "\\{",
  "}": "\\}",
  "⟨": "\\langle ",
  "⟩": "\\rangle ",
  "‖": "\\|",
  "⌊": "\\lfloor ",
  "⌋": "\\rfloor ",
  "⌈": "\\lceil ",
  "⌉": "\\rceil ",
  "": ".",
};

function symbols(text: string): string {
  let latex = "";
  for (const character of text.replace(/[\u2061-\u2063\u200b]/g, "")) {
    // Letters of the mathematical alphabets are ordinary letters in another face.
    const command = COMMANDS[character] ?? COMMANDS[character.normalize("NFKC")];
    if (command === undefined) latex += character.normalize("NFKC");
    else latex += /^\\[a-zA-Z]+$/.test(command) ? ` ${command} ` : command;
  }
  return latex.replace(/(?<=[A-Za-z]) (?=[A-Za-z])/g, "\\ ");
}

const value = (node: XmlNode | undefined, ...path: string[]): string | undefined =>
  child(node, ...path)?.attributes["m:val"];

function argument(node: XmlNode, name: string): string {
  return inside(child(node, name));
}

function inside(node: XmlNode | undefined): string {
  let latex = "";
  for (const member of children(node)) latex += convert(member);
  return latex;
}

function convertRun(node: XmlNode): string {
  const text = Array.from(node.children)
    .map((member) =>
      typeof member !== "string" && (member.name === "m:t" || member.name === "w:t") ? textContent(member) : "",
    )
    .join("");
  const isText = isOn(child(node, "m:rPr", "m:nor"), "m:val");
  return isText && /[A-Za-z]{2}/.test(text) ? `\\text{${text}}` : symbols(text);
}

function convertFunction(node: XmlNode): string {
  const name = argument(node, "m:fName")
    .trim()
    .replace(/^\\text\{(.*)\}$/, "$1");
  const known = /^([A-Za-z]{2,})(.*)$/s.exec(name);
  const shown =
    known === null
      ? name
      : FUNCTIONS.test(known[1]!)
        ? `\\${known[1]}${known[2]}`
        : `\\operatorname{${known[1]}}${known[2]}`;
  const body = argument(node, "m:e").trim();
  const isLimit = child(node, "m:fName", "m:limLow") !== undefined || child(node, "m:fName", "m:limUpp") !== undefined;
  return isLimit || body.startsWith("\\left") ? `${shown}${body}` : `${shown}(${body})`;
}

function convertDelimited(node: XmlNode): string {
  const properties = child(node, "m:dPr");
  const opening = value(properties, "m:begChr") ?? "(";
  const closing = value(properties, "m:endChr") ?? ")";
  const separator = value(properties, "m:sepChr") ?? "|";
  const body = Array.from(children(node, "m:e"), (member) => inside(member)).join(symbols(separator));
  return `\\left${DELIMITERS[opening] ?? opening}${body}\\right${DELIMITERS[closing] ?? closing}`;
}

function convertNary(node: XmlNode): string {
  const sign = COMMANDS[value(node, "m:naryPr", "m:chr") ?? "∫"] ?? value(node, "m:naryPr", "m:chr") ?? "\\int";
  const low = argument(node, "m:sub");
  const high = argument(node, "m:sup");
  return `${sign}${low === "" ? "" : `_{${low}}`}${high === "" ? "" : `^{${high}}`}${/[a-z]$/.test(sign) && low === "" && high === "" ? " " : ""}${argument(node, "m:e")}`;
}

function convertFraction(node: XmlNode): string {
  const top = argument(node, "m:num");
  const bottom = argument(node, "m:den");
  switch (value(node, "m:fPr", "m:type")) {
    case "noBar":
      return `\\genfrac{}{}{0pt}{}{${top}}{${bottom}}`;
    case "lin":
    case "skw":
      return `${top}/${bottom}`;
    default:
      return `\\frac{${top}}{${bottom}}`;
  }
}

function rows(node: XmlNode, environment: string): string {
  const lines = Array.from(children(node, "m:mr"), (row) =>
    Array.from(children(row, "m:e"), (cell) => inside(cell).trim()).join(" & "),
  );
  return `\\begin{${environment}}${lines.join(" \\\\ ")}\\end{${environment}}`;
}

function convert(node: XmlNode): string {
  switch (node.name) {
    case "m:r":
      return convertRun(node);
    case "m:f":
      return convertFraction(node);
    case "m:sSup":
      return `${argument(node, "m:e")}^{${argument(node, "m:sup")}}`;
    case "m:sSub":
      return `${argument(node, "m:e")}_{${argument(node, "m:sub")}}`;
    case "m:sSubSup":
      return `${argument(node, "m:e")}_{${argument(node, "m:sub")}}^{${argument(node, "m:sup")}}`;
    case "m:sPre":
      return `{}_{${argument(node, "m:sub")}}^{${argument(node, "m:sup")}}${argument(node, "m:e")}`;
    case "m:rad": {
      const degree = argument(node, "m:deg");
      return `\\sqrt${degree === "" ? "" : `[${degree}]`}{${argument(node, "m:e")}}`;
    }
    case "m:d":
      return convertDelimited(node);
    case "m:nary":
      return convertNary(node);
    case "m:func":
      return convertFunction(node);
    case "m:limLow":
      return `${argument(node, "m:e")}_{${argument(node, "m:lim")}}`;
    case "m:limUpp":
      return `${argument(node, "m:e")}^{${argument(node, "m:lim")}}`;
    case "m:acc":
      return `${ACCENTS[value(node, "m:accPr", "m:chr") ?? "\u0302"] ?? "\\hat"}{${argument(node, "m:e")}}`;
    case "m:bar":
      return `${value(node, "m:barPr", "m:pos") === "top" ? "\\overline" : "\\underline"}{${argument(node, "m:e")}}`;
    case "m:groupChr":
      return `${value(node, "m:groupChrPr", "m:pos") === "top" ? "\\overbrace" : "\\underbrace"}{${argument(node, "m:e")}}`;
    case "m:m":
      return rows(node, "matrix");
    case "m:eqArr": {
      const lines = Array.from(children(node, "m:e"), (line) => inside(line).trim());
      if (lines.length === 1) return lines[0]!;
      return `\\begin{array}{l}${lines.join(" \\\\ ")}\\end{array}`;
    }
    case "w:del":
    case "w:moveFrom":
      return "";
    default:
      return node.name.endsWith("Pr") ? "" : inside(node);
  }
}

/** An OMML formula (`m:oMath`) as LaTeX, on one line. */
export function renderMath(node: XmlNode): string {
  return inside(node)
    .replace(/\s+/g, " ")
    .replace(/ ([_^])/g, "$1")
    .trim();
}
