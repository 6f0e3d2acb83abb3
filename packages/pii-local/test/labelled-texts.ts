/** A text in which `[TYPE:value]` marks what is to be found. */
export interface LabelledText {
  readonly text: string;
  readonly spans: readonly { readonly type: string; readonly start: number; readonly end: number }[];
}

const MARK = /\[([A-Z_]+):([^\]]+)\]/g;

export function labelled(marked: string): LabelledText {
  const spans: { type: string; start: number; end: number }[] = [];
  let text = "";
  let from = 0;
  for (const match of marked.matchAll(MARK)) {
    text += marked.slice(from, match.index);
    spans.push({ type: match[1]!, start: text.length, end: text.length + match[2]!.length });
    text += match[2]!;
    from = match.index + match[0].length;
  }
  return { text: text + marked.slice(from), spans };
}

/** Written for this test: letters, tickets, forms, minutes, chats, in several languages and without capitals. */
export const LABELLED_TEXTS: readonly LabelledText[] = [
  "[TITLE:Ms.] [NAME:Okonkwo] signed the lease for [ADDRESS:18 Harrow Lane, Bristol BS2 8QN] on [DATE_TIME:4 March 2021].",
  "Ticket 8841: [NAME:Priyanka Raghunathan] cannot log in; her e-mail is [EMAIL:priyanka.r@northwind.example] and her desk phone [PHONE:+44 20 7946 0958].",
  "Please forward the invoice to [NAME:Jean-Luc Moreau], [ADDRESS:12 rue de la République, 69002 Lyon].",
  "[NAME:Anneliese Vogt] wohnt in der [ADDRESS:Lindenstraße 14, 50674 Köln].",
  "Minutes: [NAME:Tomasz Zieliński] asked whether [NAME:Beatriz Carvalho] had approved the budget; [NAME:Hugo] abstained.",
  "hi, this is [NAME:marta], my order never arrived at [ADDRESS:77 baker street, london]. can you call me on [PHONE:07700 900123]?",
  "The patient, [NAME:Kwame Mensah], is a [AGE:54]-year-old man admitted on [DATE_TIME:2023-11-02] with chest pain.",
  "She moved to [LOCATION:Portugal] with her husband [NAME:Rui] and now lives near [LOCATION:Braga].",
  "[ORGANIZATION:Brightwater Logistics Ltd] hired [NAME:Svetlana Petrova] as chief accountant.",
  "[NAME:Dmitri] worked at [ORGANIZATION:Kestrel Dynamics] for nine years before joining [ORGANIZATION:Siemens AG].",
  "Applicant: [NAME:Yuki Tanaka]\nDate of birth: [DATE_OF_BIRTH:09/17/1988]\nSSN: [SSN:219-09-9998]\nPhone: [PHONE:(415) 555-0132]",
  "Wire the deposit to [INTERNATIONAL_BANK_ACCOUNT_NUMBER:DE89 3704 0044 0532 0130 00], BIC [SWIFT_CODE:COBADEFFXXX].",
  "Card [CREDIT_DEBIT_NUMBER:5555 5555 5555 4444], exp [CREDIT_DEBIT_EXPIRY:09/27], cvv [CREDIT_DEBIT_CVV:123].",
  "Your temporary password is [PASSWORD:Tr0ub4dor&3]; username: [USERNAME:j.alvarez].",
  "Server [IP_ADDRESS:10.20.30.40] with MAC [MAC_ADDRESS:00:1B:44:11:3A:B7] rejected the key [AWS_ACCESS_KEY:AKIAIOSFODNN7EXAMPLE].",
  "The minister met [NAME:Ngozi Adeyemi] in [LOCATION:Lagos] to discuss trade with [LOCATION:Brazil].",
  "According to [NAME:Fatima Al-Sayed], the [ORGANIZATION:University of Leeds] will open an office in [LOCATION:Dubai].",
  "Regards,\n[NAME:Eleanor Whitcombe]\n[TITLE:Senior analyst]\n[ORGANIZATION:Halcyon Partners]",
  "My passport number is [PASSPORT_NUMBER:X1234567] and my driver's license is [DRIVER_ID:D123-4567-8901].",
  "NHS number [UK_NATIONAL_HEALTH_SERVICE_NUMBER:943 476 5919], national insurance [UK_NATIONAL_INSURANCE_NUMBER:QQ 12 34 56 C].",
  "PAN [IN_PERMANENT_ACCOUNT_NUMBER:ABCPE1234F], Aadhaar [IN_AADHAAR:2341 2341 2346].",
  "Her SIN is [CA_SOCIAL_INSURANCE_NUMBER:046 454 286] and her postal code is [ADDRESS:K1A 0B1].",
  "Routing number [BANK_ROUTING:021000021], account number [BANK_ACCOUNT_NUMBER:1234567890].",
  "The car with VIN [VEHICLE_IDENTIFICATION_NUMBER:1HGCM82633A004352] has license plate [LICENSE_PLATE:7ABC123].",
  "Ship to:\n[NAME:Olumide Bello]\n[ADDRESS:Plot 14B, Adeola Odeku Street]\n[LOCATION:Victoria Island]\n[LOCATION:Lagos]",
  "we interviewed [NAME:chen wei] from [ORGANIZATION:huawei] last week in [LOCATION:shenzhen]",
  "Mail sent to [NAME:O'Connor] bounced; ask [NAME:Siobhan O'Connor] for a new address.",
  "See [URL:https://portal.example.org/users/4411?tab=pay] or write to [EMAIL:hr@acme-tools.co.uk].",
  "[NAME:José María Fernández de la Vega] was born in [LOCATION:Sevilla] in [DATE_TIME:1969].",
  "The defendant, [NAME:Marcus Thibodeaux], resides at [ADDRESS:2201 Magnolia Boulevard, Apt 5C, New Orleans, LA 70118].",
  "Dear [TITLE:Dr.] [NAME:Lindqvist], thank you for your letter of [DATE_TIME:12 May].",
  "[NAME:Aisha] told [NAME:Bram van den Berg] that [NAME:Coby] would be late.",
  "The [NATIONALITY:Norwegian] delegation was led by [NAME:Ingrid Solheim].",
  "Codice fiscale [NATIONAL_ID:RSSMRA85T10A562S], IBAN [INTERNATIONAL_BANK_ACCOUNT_NUMBER:IT60X0542811101000000123456].",
  "Su DNI es [NATIONAL_ID:12345678Z] y vive en la [ADDRESS:Calle Mayor 45, 28013 Madrid].",
  "Her PIN is [PIN:4821] and the token is [SECRET:ghp_16C7e42F292c6912E7710c838347Ae178B4a].",
  "[NAME:John Smith] of [ORGANIZATION:Acme Corp.] signed the form.",
  "[NAME:Maria Gonzalez] of the health office met [NAME:Tom Becker] in [LOCATION:Geneva].",
  "user=[USERNAME:mwright84] logged in; user [USERNAME:ana_silva] did not.",
  "Remit to [ORGANIZATION:Halden Group], [ADDRESS:4342 Jayne Street, Springfield, IL 62704]. Tel [PHONE:0352 778 2663]",
  "[NAME:Asa Winters] (SSN [SSN:462-38-4036]) was hired by [ORGANIZATION:Winters and Sons].",
  "[NAME:Amy Novak] ([AGE:68]) won; [NAME:Rui Costa], [AGE:41], came second.",
  "Su DNI es [NATIONAL_ID:12345678Z] y el teléfono [PHONE:934335001] figura en el contrato.",
  "Contact: [NAME:Nadia Haddad], [TITLE:project manager], [ORGANIZATION:Orion Systems Inc.], [PHONE:+1 212 555 0199]",
  "The claimant lives with her mother, [NAME:Gwendolyn], at [ADDRESS:9 Orchard Close].",
  "Payment was received from [TITLE:Mr] [NAME:Abernathy] via [ORGANIZATION:Barclays].",
  "I grew up in [LOCATION:Thessaloniki] and studied at the [ORGANIZATION:University of Warsaw].",
].map(labelled);

/** No personal data, many capitals: headings, policy prose, lists, products. */
export const PLAIN_TEXTS: readonly string[] = [
  "Managers must approve travel requests before any booking is made. The Travel Policy applies to all employees and contractors.",
  "SECTION 4. ELIGIBILITY AND ENROLLMENT",
  "Expenses above the limit require written approval by the Finance Committee; see Table 3 and Appendix B.",
  "The system retries a failed request three times and then reports an error to the user.",
  "Employees may carry over unused leave. Leave that is not used expires at the end of the following quarter.",
  "A reimbursement form must list the purpose, the amount and the receipt for every expense.",
  "How do I reset my password? Open Settings, choose Security and follow the steps.",
  "Version 2.4.1 fixes an error in section 3.2.1 of the report and improves performance by 12.5 %.",
  "The order contains 1,200 units at 14.99 each, in total 17,988.00, payable within 30 days.",
  "Chapter 7: Procurement of Goods and Services",
  "The Board shall review the Risk Register at least once a year and may request an external audit.",
  "Please read the instructions carefully. Do not remove the cover while the machine is running.",
  "Die Geschäftsführung muss jede Dienstreise vor der Buchung genehmigen. Der Antrag enthält Zweck, Ziel und Kosten der Reise.",
  "Les demandes de remboursement doivent être présentées dans un délai de trente jours. Le responsable vérifie les justificatifs.",
  "Los empleados deben presentar los recibos originales. El gerente aprobará los gastos superiores al límite.",
];
