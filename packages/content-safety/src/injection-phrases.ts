import type { Word } from "./words.ts";

/**
 * "Ignore the earlier instructions", "system prompt", "you are now", "your answer" in languages other than English: pairs of stems that
 * stand near each other in a sentence of that order. Written for this library, by grammar and dictionary; stems
 * cover the forms of a word.
 */
interface ForeignPhrases {
  readonly language: string;
  /** Stems of "ignore", "forget". */
  readonly override: readonly string[];
  /** Stems of "instruction", "rule", "prompt". */
  readonly instruction: readonly string[];
  /** Stems of "answer" (noun and order) with which a model is told what to give. */
  readonly answer: readonly string[];
  /** "You are now", "act as", "pretend to be". */
  readonly role: readonly string[];
}

export const FOREIGN_PHRASES: readonly ForeignPhrases[] = [
  {
    language: "es",
    override: ["ignora", "ignore ", "olvida", "olvide", "haz caso omiso", "descarta"],
    instruction: ["instruccion", "indicacion", "reglas", "prompt", "órdenes", "ordenes"],
    answer: ["tu respuesta"],
    role: ["ahora eres", "actúa como", "actua como", "finge ser", "a partir de ahora"],
  },
  {
    language: "fr",
    override: ["ignore", "ignorez", "oublie", "ne tiens pas compte", "ne tenez pas compte"],
    instruction: ["instruction", "consigne", "règles", "directives", "prompt"],
    answer: ["ta réponse", "tes réponses"],
    role: [
      "tu es maintenant",
      "vous êtes maintenant",
      "agis comme",
      "agissez comme",
      "fais semblant",
      "désormais, tu",
      "désormais tu",
    ],
  },
  {
    language: "de",
    override: ["ignorier", "vergiss", "vergessen sie", "missachte", "beachte nicht", "übergehe"],
    instruction: ["anweisung", "instruktion", "regeln", "vorgaben", "prompt", "befehle"],
    answer: ["deine antwort", "deiner antwort", "antworte "],
    role: [
      "du bist jetzt",
      "du bist nun",
      "sie sind jetzt",
      "verhalte dich",
      "tu so, als",
      "ab jetzt bist",
      "ab sofort bist",
    ],
  },
  {
    language: "it",
    override: ["ignora", "ignorate", "dimentica", "trascura"],
    instruction: ["istruzion", "regole", "indicazioni", "prompt", "direttive"],
    answer: ["tua risposta", "rispondi "],
    role: ["ora sei", "adesso sei", "agisci come", "fai finta", "comportati come", "d'ora in poi"],
  },
  {
    language: "pt",
    override: ["ignore", "ignora", "esqueça", "esquece", "desconsidere"],
    instruction: ["instruç", "instruc", "regras", "diretrizes", "prompt", "orientações"],
    answer: ["sua resposta", "tua resposta"],
    role: ["agora você é", "você agora é", "aja como", "finja ser", "a partir de agora"],
  },
  {
    language: "nl",
    override: ["negeer", "vergeet", "sla alle"],
    instruction: ["instructie", "regels", "opdracht", "aanwijzing", "prompt"],
    answer: ["je antwoord", "jouw antwoord"],
    role: ["je bent nu", "doe alsof", "gedraag je als", "vanaf nu ben"],
  },
  {
    language: "pl",
    override: ["zignoruj", "ignoruj", "zapomnij", "pomiń"],
    instruction: ["instrukcj", "polece", "zasad", "wytyczn", "prompt"],
    answer: ["swoją odpowiedź", "swojej odpowiedzi", "twoja odpowiedź"],
    role: ["jesteś teraz", "teraz jesteś", "udawaj", "zachowuj się jak", "od teraz"],
  },
  {
    language: "ru",
    override: ["игнориру", "проигнорируй", "забудь", "не обращай внимания"],
    instruction: ["инструкци", "указани", "правил", "команд", "промпт"],
    answer: ["твой ответ", "своём ответе", "своем ответе"],
    role: ["теперь ты", "ты теперь", "веди себя как", "притворись", "действуй как", "с этого момента"],
  },
  {
    language: "uk",
    override: ["ігноруй", "проігноруй", "забудь"],
    instruction: ["інструкці", "вказівк", "правил", "промпт"],
    answer: ["своїй відповіді", "твоя відповідь"],
    role: ["тепер ти", "ти тепер", "поводься як", "удавай", "відтепер"],
  },
  {
    language: "tr",
    override: ["yok say", "görmezden gel", "unut", "dikkate alma"],
    instruction: ["talimat", "kural", "yönerge", "komut", "prompt"],
    answer: ["yanıtın", "cevabın"],
    role: ["artık sen", "sen artık", "gibi davran", "rolünü"],
  },
  {
    language: "sv",
    override: ["ignorera", "glöm", "bortse från"],
    instruction: ["instruktion", "anvisning", "regler", "prompt"],
    answer: ["ditt svar"],
    role: ["du är nu", "låtsas", "agera som", "från och med nu"],
  },
  {
    language: "zh",
    override: ["忽略", "无视", "無視", "忘记", "忘記", "不要理会"],
    instruction: ["指令", "指示", "规则", "規則", "提示词", "提示", "要求"],
    answer: ["你的回答", "你的回复", "你的回覆", "用中文回答"],
    role: ["你现在是", "你現在是", "假装", "假裝", "扮演", "从现在开始", "從現在開始"],
  },
  {
    language: "ja",
    override: ["無視", "忘れて", "従わない"],
    instruction: ["指示", "命令", "ルール", "プロンプト", "規則"],
    answer: ["あなたの回答", "あなたの返答"],
    role: ["あなたは今", "ふりをし", "として振る舞", "これからは", "演じて"],
  },
  {
    language: "ko",
    override: ["무시", "잊어", "잊으"],
    instruction: ["지시", "명령", "규칙", "프롬프트", "지침"],
    answer: ["당신의 답변", "너의 답변"],
    role: ["너는 이제", "당신은 이제", "인 척", "처럼 행동", "지금부터"],
  },
  {
    language: "ar",
    override: ["تجاهل", "انس ", "انسى", "أهمل"],
    instruction: ["تعليمات", "التعليمات", "القواعد", "الأوامر", "الإرشادات"],
    answer: ["ردك", "إجابتك", "اجابتك"],
    role: ["أنت الآن", "انت الان", "تظاهر", "تصرف ك", "من الآن"],
  },
  {
    language: "hi",
    override: ["अनदेखा", "नज़रअंदाज़", "नजरअंदाज", "भूल जा", "उपेक्षा"],
    instruction: ["निर्देश", "नियम", "आदेश", "प्रॉम्प्ट"],
    answer: ["अपने उत्तर", "अपने जवाब"],
    role: ["अब तुम", "अब आप", "अभिनय", "दिखावा", "अब से"],
  },
  {
    language: "vi",
    override: ["bỏ qua", "quên ", "phớt lờ"],
    instruction: ["hướng dẫn", "chỉ thị", "quy tắc", "lệnh"],
    answer: ["câu trả lời của bạn"],
    role: ["bây giờ bạn là", "hãy đóng vai", "giả vờ", "từ bây giờ"],
  },
  {
    language: "id",
    override: ["abaikan", "lupakan"],
    instruction: ["instruksi", "perintah", "aturan", "arahan"],
    answer: ["jawabanmu"],
    role: ["kamu sekarang", "anda sekarang", "berpura-pura", "bertindak sebagai", "mulai sekarang"],
  },
];

export interface ForeignFindings {
  readonly overrides: boolean;
  readonly answers: boolean;
  readonly roles: boolean;
}

const NOTHING: ForeignFindings = { overrides: false, answers: false, roles: false };

/** Letters of a phrase's first word by which a text is looked through. */
const BEGINNING = 4;
/** Beginnings of all phrases: a text none of whose words begins so holds none. */
const BEGINNINGS: ReadonlySet<string> = new Set(
  FOREIGN_PHRASES.flatMap(({ override, answer, role }) =>
    [...override, ...answer, ...role].map((phrase) => phrase.split(" ")[0]!.slice(0, BEGINNING)),
  ),
);
/** Where scripts begin that have no blanks between words, or put endings before the stem. */
const FIRST_OF_OTHER_SCRIPTS = 0x0590;

function mayHoldPhrase(words: readonly Word[]): boolean {
  for (const { text } of words)
    if (BEGINNINGS.has(text.slice(0, BEGINNING)) || text.charCodeAt(0) >= FIRST_OF_OTHER_SCRIPTS) return true;
  return false;
}

/** Orders to a model in other languages than English. `text` is one segment in lower case, `words` are its words. */
export function findForeignPhrases(text: string, words: readonly Word[]): ForeignFindings {
  if (!mayHoldPhrase(words)) return NOTHING;
  let overrides = false;
  let answers = false;
  let roles = false;
  for (const phrases of FOREIGN_PHRASES) {
    overrides ||=
      phrases.override.some((stem) => text.includes(stem)) && phrases.instruction.some((stem) => text.includes(stem));
    answers ||= phrases.answer.some((phrase) => text.includes(phrase));
    roles ||= phrases.role.some((phrase) => text.includes(phrase));
  }
  return overrides || answers || roles ? { overrides, answers, roles } : NOTHING;
}
