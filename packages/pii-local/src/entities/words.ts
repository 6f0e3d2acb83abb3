import type { Token } from "./scan.ts";

const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));

/** Forms of address; a name follows. Folded, without the dot. */
export const HONORIFICS: ReadonlySet<string> = set(
  "mr mrs ms miss mx dr doctor prof professor sir madam dame lord lady rev reverend fr father sister brother rabbi imam hon honorable " +
    "judge justice capt captain lt lieutenant sgt sergeant col colonel maj major gen general adm admiral cpl pvt pres sen senator gov " +
    "governor rep herr frau fraulein monsieur madame mademoiselle mme mlle senor senora senorita sr sra srta don dona signor signora " +
    "signorina dott dottor dottoressa ing avv meneer mevrouw dhr mevr pan pani shri smt sri kumari ustad sheikh ayatollah",
);

/** Those that are a title by themselves rather than an everyday word. */
export const SHORT_HONORIFICS: ReadonlySet<string> = set(
  "mr mrs ms miss mx dr prof rev hon capt lt sgt col maj cpl sen gov rep herr frau mme mlle sra srta dott dhr mevr shri smt professor",
);

/** Words inside a name, in lower case. */
export const NAME_PARTICLES: ReadonlySet<string> = set(
  "van von der den de del della di da dos das do du la le el al bin ibn ben bint abu ter ten vom zu zum zur y e st af av mac mc dal degli lo san santa t",
);

/** Words after which, or before which, a person is named. */
export const NAME_INTRODUCERS: ReadonlySet<string> = set(
  "name named called am i'm im hi hello dear hey signed sincerely regards cheers attn attention contact mother father brother sister wife " +
    "husband son daughter uncle aunt cousin friend partner colleague boss manager employee patient client customer tenant applicant " +
    "author by said says told asked met meet thank thanks cc recipient payee beneficiary holder nickname surname maiden songwriter " +
    "producer singer actor actress director starring featuring features founder founders ceo president minister chancellor king queen " +
    "prince princess commenter writer novelist poet painter artist guitarist drummer",
);

export const NAME_FOLLOWERS: ReadonlySet<string> = set(
  "said says told asked replied shouted whispered answered wrote writes explained added claimed argued lives lived works worked born died " +
    "married resigned joined jr sr phd md esq ii iii iv",
);

/** Ends of an organisation's name: legal forms first. Folded, without dots. */
export const LEGAL_FORMS: ReadonlySet<string> = set(
  "inc incorporated corp corporation co company ltd limited llc llp lp plc pllc gmbh ag kg ohg ug mbh se sa sas sarl srl spa sl slu " +
    "bv nv vof ab oy oyj as asa aps hf ehf doo sro kft zrt rt pty pte bhd sdn kk nyrt lda ltda eirl pvt jsc ooo zao tbk",
);

/** Those that are also written with one capital; "Asa", "Sas" and "Spa" are something else. */
const SPELT_LEGAL_FORMS: ReadonlySet<string> = set(
  "inc incorporated corp corporation co company ltd limited llc llp plc pllc gmbh sarl srl pty pte bhd sdn kft lda ltda eirl pvt sro",
);

/** Whether a word is a legal form as it is written: "Ltd", "LTD", "ApS", and not "Asa". */
export function isLegalForm({ key, text, wordCase }: Pick<Token, "key" | "text" | "wordCase">): boolean {
  if (!LEGAL_FORMS.has(key) || wordCase === "lower") return false;
  return wordCase === "upper" || SPELT_LEGAL_FORMS.has(key) || /\p{Ll}\p{Lu}/u.test(text);
}

/** What ends a family's firm: "Ward and Sons". */
export const FAMILY_ENDINGS: ReadonlySet<string> = set("sons son brothers bros daughters sisters cie co company fils");

export const ORGANIZATION_ENDINGS: ReadonlySet<string> = set(
  "group holdings holding partners associates bank bancorp insurance assurance mutual financial capital ventures investments securities " +
    "trust fund foundation institute institution university college academy school hospital clinic laboratories labs laboratory " +
    "technologies technology tech systems system solutions software networks network media studios studio pictures records entertainment " +
    "industries manufacturing motors airlines airways energy electric petroleum oil pharmaceuticals pharma biotech therapeutics health " +
    "healthcare medical services service consulting consultants advisors advisory analytics research logistics transport shipping " +
    "communications telecom telecommunications publishing press news times society association federation union council committee " +
    "commission authority agency administration department ministry bureau office board court police army church club league orchestra " +
    "museum library enterprises international global worldwide corporation maintenance realty properties estates brands foods stores " +
    "markets market credit exchange interactive digital data lines markets insights sources works",
);

/** Beginnings of a public body's name, followed by "of". */
export const BODY_HEADS: ReadonlySet<string> = set(
  "university department ministry bank bureau institute college office board church council court house school academy society bureau",
);

/** Before an organisation, when what follows is neither a person nor a place. */
export const ORGANIZATION_INTRODUCERS: ReadonlySet<string> = set(
  "at for with from of by joined founded left company firm employer organization organisation startup vendor supplier client bank",
);

/** After an organisation at the head of a sentence. */
export const ORGANIZATION_FOLLOWERS: ReadonlySet<string> = set(
  "announced acquired launched invested reported hired employs sells operates manufactures filed provides offers owns merged office " +
    "headquarters employees shares stock ceo cfo cto board spokesman spokesperson spokeswoman subsidiary customers products orchestra " +
    "corporation resignation brand store stores warehouse website app platform",
);

/** Words of which one in the definition of a thing makes it an organisation. */
export const ORGANIZATION_NOUNS: ReadonlySet<string> = set(
  "company corporation firm bank startup business organization organisation institution nonprofit charity manufacturer retailer supplier " +
    "provider conglomerate multinational agency association airline insurer brainchild subsidiary vendor employer 501",
);

/** Before a place. */
export const PLACE_INTRODUCERS: ReadonlySet<string> = set(
  "in to from near at across throughout outside inside around visit visiting visited city town village country province county state " +
    "region capital island district municipality southern northern eastern western northeastern northwestern southeastern southwestern " +
    "central downtown metropolitan where towards toward into via through home en aus nach bei dans a",
);

/** Verbs and nouns that make a place of what follows their preposition. */
export const PLACE_VERBS: ReadonlySet<string> = set(
  "live lives lived living move moved moves moving born raised grew travel travels traveled travelled travelling traveling trip fly flew " +
    "flying flight arrive arrived arrives arriving based located headquartered stay stayed staying visit visited coming come came going go " +
    "went drive drove driving reside resides resident residing return returned visiting vacation holiday relocated relocate meet held " +
    "conference back native year here again over town university",
);

/** Heads of job titles: the title ends with one of them. */
export const JOB_HEADS: ReadonlySet<string> = set(
  "manager director engineer consultant officer analyst assistant administrator specialist coordinator supervisor technician operator " +
    "developer designer architect accountant clerk secretary representative agent advisor adviser attorney lawyer nurse physician surgeon " +
    "teacher instructor drafter mechanic inspector worker tender packager driver cashier waiter waitress chef cook electrician plumber " +
    "carpenter painter librarian scientist researcher chemist biologist economist statistician planner buyer broker trader auditor " +
    "programmer strategist producer editor reporter journalist photographer president chairman chairwoman chairperson treasurer ceo cfo " +
    "cto coo executive associate intern therapist counselor pharmacist dentist technologist installer repairer machinist welder assembler " +
    "setter cleaner writer publicist author composer musician actor actress coach trainer firefighter detective sergeant soldier farmer fisherman miner builder contractor roofer plasterer surveyor geologist physicist mathematician psychologist psychiatrist veterinarian paramedic midwife optician radiologist translator interpreter archivist curator professor lecturer tutor principal dean guard baker butcher tailor barber hairdresser pilot conductor dispatcher appraiser examiner adjuster estimator",
);

export const WEEKDAYS_AND_MONTHS: ReadonlySet<string> = set(
  "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september october november december mon tue wed thu fri sat sun jan feb mar apr jun jul aug sep sept oct nov dec",
);

/** Names of fields and things that are written in capitals. */
export const FIELD_WORDS: ReadonlySet<string> = set(
  "iban bic swift ssn sin nhs nino utr itin tin vin mac ip url uri id dob pin pan cvv cvc cc tel fax sms email mail phone address name date ref no nr qty sku isbn " +
    "sql http https html xml json csv pdf api aws gpu cpu usb cnpj cpf nif nie dni bsn ein dea gst vat ok asap faq ceo cfo cto coo hr it atm eta etd tba tbd fyi rsvp",
);

/** Articles, pronouns, prepositions of other languages, which are names elsewhere; folded. */
export const FUNCTION_WORDS: ReadonlySet<string> = set(
  "su sus el la los las un una uno lo le les une des il gli der die das dem den ein eine einen er sie es ich wir ihr ihre sein seine und oder mit von " +
    "bei nach vor zu im am auf aus fur y e o ou et pero mas mais no ni si se me te nos vos ella ellos ele ela elle ils elles je tu nous vous mi mon ma " +
    "mes ton ta tes son sa ses de da do di du del della dei nel nella con sin para por pour avec sans dans chez het een hij zij wij en van voor met op " +
    "jest nie na do ze dla det den og som til ikke jag du han hon vi ni",
);

/** Endings that parts of any organisation have: with everyday words alone before them they are a unit or a topic, not an organisation. */
export const UNIT_ENDINGS: ReadonlySet<string> = set(
  "committee board office department council services service commission administration system systems health group data court market markets " +
    "development fund trust credit exchange resources press energy transport network networks media medical union solutions software works " +
    "society school library digital times foods stores sources lines",
);
