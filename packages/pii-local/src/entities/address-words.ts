const set = (words: string): ReadonlySet<string> => new Set(words.split(" "));

/** Words that are a kind of street by themselves, folded, before or after its name. */
export const STREET_WORDS: ReadonlySet<string> = set(
  "street st str road rd avenue ave av lane ln drive dr boulevard blvd court ct square sq terrace terr way highway hwy parkway pkwy circle " +
    "cir crescent cres close mews trail trl turnpike pike alley aly loop gardens grove esplanade embankment quay wharf plaza pl freeway fwy route " +
    "rue chemin allee impasse quai faubourg cours via viale vicolo piazza piazzale corso largo strada contrada calle avenida avda paseo " +
    "plazuela carrer carretera camino camino ronda glorieta rambla travesia poligono rua travessa praca estrada alameda rodovia ulica ul aleja aleje osiedle plac " +
    "utca ut utja ter korut namesti nabrezi trida ulice trg cesta bulevar straat weg plein laan kade gracht singel dijk gate gata vei vej veg " +
    "gade torv katu tie kuja polku vag vagen gatan grand puiestee maantee tee odos leoforos caddesi sokak cad sok mahallesi jalan jl marg nagar salai",
);

/** Ends of words that hold the kind of street, in the languages that write both as one word; folded. */
const STREET_ENDING =
  /.(?:strasse|straße|str\.?|gasse|weg|platz|allee|ufer|damm|steig|chaussee|straat|laan|plein|gracht|kade|dijk|singel|steenweg|dreef|gatan|gata|vagen|veien|vegen|grand|torget|stigen|gade|vej|gaten|katu|kuja|polku|tie|puistotie|gotu|gotu|stigur|vegur|braut)$/;
const STREET_ENDING_MINIMUM = 6;

export const isStreetWord = (key: string): boolean =>
  STREET_WORDS.has(key) || (key.length >= STREET_ENDING_MINIMUM && STREET_ENDING.test(key));

/** Words before the number of a flat, a floor or a box. */
export const UNIT_WORDS: ReadonlySet<string> = set(
  "apt apartment suite ste unit flat floor fl room rm box pobox building bldg block dept department psc cmr hc lot space spc slip trailer " +
    "plot house hse trlr piso planta puerta apto bloco andar wohnung stock etage appartement appt scala interno bus postbox postfach dpo apo fpo bp boite apartado casilla lokal lok m",
);

/** What stands after an address and belongs to none. */
export const CONTACT_LABELS: ReadonlySet<string> = set(
  "tel telephone phone fax mobile cell email e-mail mail web website www telefon telefax telefono movil celular telephone portable attn attention",
);

/** Lower-case words inside the name of a street or a town. */
export const ADDRESS_PARTICLES: ReadonlySet<string> = set(
  "de del della dei degli delle di da do dos das du des la le les los las el il lo l d der die das den dem van von vom zu zur zum am an im auf ob " +
    "bei unter uber sur sous aux a au et en y e i of the upon on under by saint st san santa sankt na nad u ad nan",
);

export const POSTCODE_CONTEXT: RegExp =
  /\b(?:zip(?: ?code)?|post(?:al)? ?code|postcode|plz|postleitzahl|code postal|c[óo]digo postal|cap|pin ?code)\b[^\p{L}\p{N}]{0,4}(?:is|was|=|:)?[^\p{L}\p{N}]{0,3}([A-Z]{0,2}-?\d{3,6}(?:-\d{3,4})?(?: ?[A-Z]{2})?|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})(?![\p{L}\p{N}])/giu;
/** Codes of Great Britain and Canada have a form of their own. */
export const LETTERED_POSTCODE: RegExp =
  /(?<![\p{L}\p{N}])(?:[A-Z]{1,2}\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}|[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] \d[ABCEGHJ-NPRSTV-Z]\d)(?![\p{L}\p{N}])/gu;
/** A state of the United States by its two letters, and a postal code. */
export const STATE_POSTCODE: RegExp =
  /\b(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY])[ \t]{1,2}\d{5}(?:-\d{4})?(?![\p{L}\p{N}-])/gu;
/** Military post offices: a box in a unit, and the office. */
export const MILITARY_ADDRESS: RegExp =
  /(?<![\p{L}\p{N}])(?:unit|psc|cmr|uss [\p{L}]{2,20}|us(?:ns|nv|cgc) [\p{L}]{2,20})[\s,]{1,2}(?:\d{1,5},? ?)?(?:box \d{1,6},?\s{1,2})?(?:apo|fpo|dpo),? (?:aa|ae|ap)(?: \d{5}(?:-\d{4})?)?(?![\p{L}\p{N}])/giu;
