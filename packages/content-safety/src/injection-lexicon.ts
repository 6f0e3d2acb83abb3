const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));

/** What a model gives back. */
export const ANSWERS: ReadonlySet<string> = set(
  "reply replies response responses answer answers output outputs completion completions responding replying answering",
);

/** What a model may be asked to give; counted only after "your". */
export const WEAK_ANSWERS: ReadonlySet<string> = set(
  "message messages text texts summary summaries explanation explanations translation translations conclusion words word " +
    "sentence sentences paragraph paragraphs language tone letters writing content result results reaction feedback " +
    "recommendation suggestions statement analysis",
);

/** Verbs that shape a text that is being written. */
export const EDIT_VERBS: ReadonlySet<string> = set(
  "add append attach insert include incorporate integrate embed inject weave augment enhance enrich modify alter change adjust " +
    "adapt edit rewrite rephrase reword revise transform convert encode encrypt encipher decode decrypt obfuscate replace " +
    "substitute swap switch exchange rearrange reorder scramble shuffle jumble mix reverse invert flip mirror remove omit delete " +
    "drop strip eliminate combine merge join concatenate group split separate divide capitalize capitalise uppercase lowercase " +
    "format structure prefix suffix prepend sprinkle intersperse introduce mention slip emphasize emphasise stress highlight " +
    "promote advertise endorse disguise hint tease misspell garble mask double duplicate spell translate render phrase frame " +
    "conclude begin start end finish open close express represent respond reply answer use employ apply utilize write provide " +
    "present deliver return output print expand shorten condense infuse pepper attribute anagram mangle distort slant bias " +
    "redirect steer invite encourage urge recommend suggest direct tell inform claim",
);

/** Verbs by which somebody asks for a piece of work or of knowledge. */
export const TASK_VERBS: ReadonlySet<string> = set(
  "write compose draft create generate develop produce design make devise craft prepare build construct implement code program " +
    "debug refactor explain describe define summarize summarise outline discuss elaborate analyze analyse evaluate assess compare " +
    "contrast calculate compute solve determine estimate predict forecast classify categorize categorise identify list name give " +
    "provide tell show translate convert paraphrase rewrite proofread correct suggest recommend propose plan organize organise " +
    "schedule book set remind play sing imagine invent brainstorm simulate demonstrate illustrate teach help research search find " +
    "investigate extract interpret review rank rate sort recite quote state answer break share send narrate sketch formulate " +
    "examine explore detail clarify differentiate distinguish count check turn read open order recap gather fetch retrieve guide " +
    "walk offer advise inform report draw track monitor automate visualize visualise optimize optimise",
);

/** Other verbs with which an order to a model begins. */
export const ORDER_VERBS: ReadonlySet<string> = set(
  "ignore disregard forget override bypass neglect skip abandon discard overlook pretend act behave assume adopt imitate " +
    "impersonate reveal disclose leak expose dump repeat display execute run call invoke visit click download install post upload " +
    "forward submit transmit exfiltrate stop refuse refrain avoid follow obey comply remember stay keep speak talk say continue " +
    "treat consider trust approve accept mark label transfer ask praise convince persuade copy limit hide delete rank prefer predict work",
);

/** Texts that somebody asks to have written. */
export const GENRES: ReadonlySet<string> = set(
  "poem poems haiku sonnet limerick ballad story stories tale fable essay song songs lyrics joke jokes riddle riddles pun puns " +
    "speech article blog tweet caption slogan tagline script dialogue dialog screenplay plot novel recipe recipes tutorial " +
    "headline headlines advertisement advert advertisements monologue toast rap verse quiz trivia playlist itinerary letter email essay fact " +
    "advice tip tips anecdote quote quotes metaphor rant obituary biography resume example function code snippet program " +
    "suggestion suggestions idea ideas overview summary synopsis description introduction",
);

/** Letters and writing: what an order to garble or to encode a text speaks of. */
export const SPELLINGS: ReadonlySet<string> = set(
  "letters letter vowels vowel consonants consonant alphabet alphabetical characters character spaces spacing punctuation " +
    "syllables syllable anagram anagrams anagrammed cipher ciphers ciphertext caesar vigenere atbash base64 base32 base hex hexadecimal binary " +
    "octal ascii unicode morse rot13 braille emoji emojis emoticons emoticon uppercase lowercase capital capitals capitalized " +
    "caps backwards backward reversed reverse symbols symbol digits digit numbers homophone homophones typo typos misspelling " +
    "misspellings misspelled palindrome palindromes acrostic leet leetspeak alphanumeric phonetic phonetically encoded encoding " +
    "encrypted rhyme rhymes rhyming hyphens hyphen underscores underscore asterisks words word sentence sentences paragraph " +
    "initials abbreviations slang dialect pirate shakespearean italics bold markdown json xml html url urlencoded transposed " +
    "substitution shifted scrambled jumbled garbled",
);

export const LANGUAGES: ReadonlySet<string> = set(
  "english french spanish german italian portuguese dutch swedish norwegian danish finnish russian ukrainian polish czech greek " +
    "turkish arabic hebrew persian farsi hindi urdu bengali tamil thai vietnamese indonesian malay chinese mandarin cantonese " +
    "japanese korean latin swahili hungarian romanian bulgarian esperanto klingon",
);

/** What a model has in front of it; looked at more closely where one stands. */
export const SESSIONS: ReadonlySet<string> = set(
  "conversation conversations chat dialogue memory developers system above below user user's hidden task given told received",
);

/** Names of what is spoken to. */
export const MODELS: ReadonlySet<string> = set(
  "ai ais assistant assistants chatbot chatbots chatgpt gpt llm llms bot bots claude gemini llama copilot openai anthropic bard " +
    "mistral grok deepseek chat-gpt",
);

/** What a model was told before. */
export const INSTRUCTIONS: ReadonlySet<string> = set(
  "instruction instructions prompt prompts directive directives guideline guidelines rule rules command commands context " +
    "restriction restrictions programming training constraint constraints filter filters directions conversation messages input " +
    "inputs text everything orders task tasks safeguards limitations policies request requests information",
);

export const EARLIER: ReadonlySet<string> = set(
  "previous prior above earlier preceding foregoing initial original former past previously before existing given received got " +
    "system safety hidden default last",
);

export const OVERRIDE_VERBS: ReadonlySet<string> = set(
  "ignore ignoring disregard disregarding forget override overriding bypass neglect skip abandon discard cancel overlook " +
    "violate circumvent erase drop ignored unlearn",
);

export const REVEAL_VERBS: ReadonlySet<string> = set(
  "reveal print show repeat output leak display tell disclose expose dump share write give send return copy list paste recite " +
    "summarize translate encode echo",
);

/** What must not be given away. */
export const SECRETS: ReadonlySet<string> = set(
  "password passwords credentials credential secrets secret token tokens key keys confidential private prompt history " +
    "conversation cookies verbatim",
);

/** Vocabulary of those who talk a model out of its rules, rare elsewhere. */
export const JAILBREAKS: ReadonlySet<string> = set(
  "unfiltered uncensored amoral jailbreak jailbroken jailbreaking dan nsfw uncensor roleplay roleplaying roleplays ethicality " +
    "unethical unlimited freed fuck fucking shit swear cursing curse profanity disclaimers moralizing moralising openai " +
    "chatgpt gpt simulated",
);

/** Words of the same talk that ordinary texts use too. */
export const WEAK_JAILBREAKS: ReadonlySet<string> = set(
  "unrestricted immoral censor censorship censored disclaimer refuse refuses refusal morals moral ethics legality illegality " +
    "restrictions filters illegal persona fictional hypothetical simulate explicit offensive apologize evil anarchy warnings rules character pretend respond prompt " +
    "prompts response responses ai mode",
);

/** Those whom an order to a model wants reached. */
export const AUDIENCE: ReadonlySet<string> = set(
  "user users reader readers audience viewers subscribers followers people everyone visitors customers recipients",
);

/** Things that an inserted text advertises or spreads. */
export const LURES: ReadonlySet<string> = set(
  "website site link links download software app apps tool virus malware free cracked offer discount update scandal celebrity sensational shocking " +
    "trick secret rumor rumors rumour rumours fake false misleading conspiracy hoax product products service brand newsletter channel donate donations lottery " +
    "prize winner bitcoin crypto investment scheme urgent exclusive sponsored promotion advertisement phishing",
);

/** Words that stand between the start of an order and its verb. */
export const OPENERS: ReadonlySet<string> = set(
  "please kindly now also then and so but first second third next finally just always never not don't do hey hi hello ok okay " +
    "additionally furthermore moreover instead lastly simply quickly immediately again only alternatively important attention note " +
    "secretly subtly randomly discreetly casually carefully must should i'd like",
);

/** Words that follow a verb, not a noun. */
export const AFTER_VERBS: ReadonlySet<string> = set(
  "a an the your this that these those all any each every me us my its some how what why which who whether three two one to in " +
    "with from as on by for into only no more at about it them random several five ten another both",
);

/** Words of rules for people and bodies; ordinary documents are full of them. */
export const DUTIES: ReadonlySet<string> = set(
  "shall must section paragraph article subsection employee employees staff person persons firm authority regulation regulations " +
    "pursuant applicant applicants application eligible licence license party parties rulebook fund funds client clients tax " +
    "manager team teams project agency company supervisor employer benefit benefits claim payment department officer " +
    "accordance requirements entitled members participants",
);
