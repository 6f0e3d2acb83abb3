import type { PatternRule } from "./pattern-rule.ts";

/** Bits a character, by the characters' own frequencies (Shannon 1948). */
function entropyOf(value: string): number {
  const counts = new Map<string, number>();
  for (const character of value) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / value.length) * Math.log2(count / value.length);
  return bits;
}

const looksRandom = (value: string): boolean => /\d/.test(value) && /[a-z]/i.test(value) && entropyOf(value) > 3;

/** What stands in examples instead of a secret. */
const isPlaceholder = (value: string): boolean =>
  /^(?:x+|\*+|\.+|<.*>|\$\{.*\}|%.*%|\[.*\]|null|none|true|false|required|optional|changeme|redacted|n\/a|is|was|and|or|the|to|for|of|must|should|has|reset|expired|policy|protected|field|manager|here)$/i.test(
    value,
  );

/** `link` is what stands between the word and the value. */
const passwordPattern = (link: string): RegExp =>
  new RegExp(
    `(?<!\\p{L})(?:pass(?:word|phrase|wd|code)?|pwd|passwort|kennwort|mot de passe|contraseña|clave|senha|wachtwoord|hasło)["']?${link}[ \\t]{0,3}["'“]?([^\\s"'”,;]{4,128})`,
    "giu",
  );
const userNamePattern = (link: string): RegExp =>
  new RegExp(
    `(?<!\\p{L})(?:user ?name|user[ _-]?id|userid|login(?: name| id)?|log-in|benutzername|nom d'utilisateur|usuario|nome utente|handle|screen name)["']?${link}[ \\t]{0,3}["'“]?(@?[\\p{L}\\d][\\p{L}\\d._@-]{2,63})`,
    "giu",
  );

export const secretRules: readonly PatternRule[] = [
  {
    type: "AWS_ACCESS_KEY",
    pattern: /(?<![A-Z0-9])(?:AKIA|ASIA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Z0-9])/g,
    score: 0.98,
  },
  {
    type: "AWS_SECRET_KEY",
    pattern: /(?<![A-Za-z0-9/+=])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])/g,
    check: (value) => looksRandom(value) && entropyOf(value) > 4.2 && !/^[0-9a-f]+$/i.test(value),
    context: /(?:aws|secret|access.?key|credential)/i,
    contextScore: 0.95,
  },
  {
    type: "SECRET",
    // Tokens that say by their first signs what they are.
    pattern:
      /(?<![A-Za-z0-9_-])(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{22,255}|glpat-[A-Za-z0-9_-]{20,64}|xox[abeoprs]-[A-Za-z0-9-]{10,250}|sk-(?:proj-|ant-)?[A-Za-z0-9_-]{20,200}|[rsp]k_(?:live|test)_[A-Za-z0-9]{16,128}|AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,300}|SG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{30,64}|npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,250}|hf_[A-Za-z0-9]{30,40}|dop_v1_[a-f0-9]{64}|shpat_[a-fA-F0-9]{32}|key-[a-f0-9]{32})(?![A-Za-z0-9_-])/g,
    score: 0.98,
  },
  {
    type: "SECRET",
    // JSON Web Token (RFC 7519): three parts in base64url, the first two JSON objects.
    pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,2000}/g,
    score: 0.98,
  },
  {
    type: "SECRET",
    pattern:
      /(?<![A-Za-z0-9])(?:api[_ -]?key|apikey|auth[_ -]?token|access[_ -]?token|refresh[_ -]?token|bearer|client[_ -]?secret|secret[_ -]?key|private[_ -]?key|signing[_ -]?key|session[_ -]?(?:id|token)|webhook[_ -]?secret|token)["']?(?: is)?[ \t]{0,3}[:= ][ \t]{0,3}["']?([A-Za-z0-9_\-./+=]{16,512})/gi,
    group: 1,
    check: (value) => looksRandom(value) && !isPlaceholder(value),
    score: 0.88,
  },
  {
    type: "SECRET",
    pattern: /\b[a-z][a-z0-9+.-]{1,16}:\/\/[^\s:/@]{1,64}:([^\s:/@]{1,128})@[^\s/@]{1,255}/gi,
    group: 1,
    score: 0.93,
  },
  {
    type: "PASSWORD",
    pattern: passwordPattern("\\s?[:=]"),
    group: 1,
    check: (value) => !isPlaceholder(value.replace(/[.!?]+$/, "")),
    score: 0.88,
  },
  {
    // "the password is available": in a sentence, a password shows itself by what no word has.
    type: "PASSWORD",
    pattern: passwordPattern(" (?:is|was|ist|est|es)"),
    group: 1,
    check: (value) => /[\d\p{S}\p{P}]/u.test(value.replace(/[.!?]+$/, "")) || /\p{Ll}\p{Lu}/u.test(value),
    score: 0.8,
  },
  {
    type: "PIN",
    pattern:
      /\b(?:pin|pin[ -]?code|pin number|personal identification number)\b(?: is| was| ?[:=#])?[ \t]{0,3}(\d{4,8})(?![\w]|[.,-]\d)/gi,
    group: 1,
    score: 0.9,
  },
  {
    type: "USERNAME",
    pattern: userNamePattern("\\s?[:=]"),
    group: 1,
    check: (value) => !isPlaceholder(value),
    score: 0.88,
  },
  {
    // "user=": a line of settings or of a log.
    type: "USERNAME",
    pattern:
      /(?<![\p{L}\d])(?:user|usr|uid|login|account_name|accountName|principal)["']?=["']?([\p{L}\d][\p{L}\d._@-]{1,63})/giu,
    group: 1,
    check: (value) => !isPlaceholder(value) && !/^(?:true|false|null|none|\d+)$/i.test(value),
    score: 0.95,
  },
  {
    // "user ana_silva84", "user ana.silva": no name of a person has a digit, an underscore or a dot inside.
    type: "USERNAME",
    pattern:
      /(?<![\p{L}\d])(?:users?|login|account|profile|handle)[ \t]+["'“‘@]?((?=[\p{L}\d.-]*(?:[\d_]|\p{L}\.\p{L}))[\p{L}][\p{L}._-]{0,40}[\p{L}\d._-]{1,40})(?<![.-])(?![\p{L}\d@_-])/giu,
    group: 1,
    check: (value) => !isPlaceholder(value) && /\p{Ll}/u.test(value),
    score: 0.95,
  },
  {
    type: "USERNAME",
    pattern: userNamePattern(" (?:is|was|ist|est|es)"),
    group: 1,
    check: (value) => /[\d._@]/.test(value.replace(/\.$/, "")),
    score: 0.8,
  },
  {
    type: "USERNAME",
    pattern: /(?<![\w@./-])@[A-Za-z][A-Za-z0-9_]{3,29}(?![\w@]|\.\w)/g,
    context: /\b(?:twitter|instagram|telegram|github|mastodon|handle|follow|dm|account|user)\b/i,
    contextScore: 0.8,
  },
];
