const words = (
  "afghan albanian algerian american andorran angolan argentine argentinian armenian australian austrian azerbaijani bahamian bahraini " +
  "bangladeshi barbadian basque belarusian belgian belizean beninese bermudian bhutanese bolivian bosnian botswanan brazilian british " +
  "bruneian bulgarian burkinabe burmese burundian cambodian cameroonian canadian catalan chadian chilean chinese colombian comorian " +
  "congolese croatian cuban cypriot czech danish djiboutian dominican dutch ecuadorian egyptian emirati english eritrean estonian " +
  "ethiopian fijian filipino finnish flemish french gabonese gambian georgian german ghanaian greek greenlandic greenlander grenadian guatemalan guinean " +
  "guyanese haitian honduran hungarian icelandic indian indonesian iranian iraqi irish israeli italian ivorian jamaican japanese " +
  "jordanian kazakh kenyan korean kurdish kuwaiti kyrgyz laotian latvian lebanese liberian libyan lithuanian luxembourgish macedonian " +
  "malagasy malawian malaysian maldivian malian maltese mauritanian mauritian mexican moldovan monegasque mongolian montenegrin moroccan " +
  "mozambican namibian nepalese nepali nicaraguan nigerian nigerien norwegian omani pakistani palestinian panamanian paraguayan persian " +
  "peruvian polish portuguese qatari romanian russian rwandan salvadoran samoan saudi scottish senegalese serbian seychellois singaporean " +
  "slovak slovakian slovene slovenian somali spanish sudanese surinamese swazi swedish swiss syrian taiwanese tajik tanzanian thai tibetan " +
  "togolese tongan trinidadian tunisian turkish turkmen ugandan ukrainian uruguayan uzbek venezuelan vietnamese welsh yemeni zambian " +
  "zimbabwean african asian european scandinavian hispanic latino arab jewish muslim christian catholic hindu buddhist sikh"
).split(" ");

/** Adjectives of nations and their people, of large regions and of religions, in English; folded, singular. */
export const NATIONALITIES: ReadonlySet<string> = new Set(words);

/** Those that are given names as well. */
export const AMBIGUOUS_NATIONALITIES: ReadonlySet<string> = new Set([
  "christian",
  "german",
  "indian",
  "dominican",
  "georgian",
  "polish",
  "english",
]);
