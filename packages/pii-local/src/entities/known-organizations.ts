/** Large companies and bodies that are named without a legal form; folded. */
export const KNOWN_ORGANIZATIONS: ReadonlySet<string> = new Set(
  (
    "accenture|adidas|adobe|airbnb|airbus|aldi|alibaba|allianz|allstate|amazon|amazon web services|amd|american airlines|american express|anthropic|apple|astrazeneca|at & t|audi|axa|" +
    "bank of america|barclays|basf|bayer|berkshire hathaway|bloomberg|bmw|bnp paribas|boeing|bosch|burger king|carrefour|caterpillar|chevron|cisco|citibank|citigroup|coca cola|comcast|" +
    "costco|credit suisse|daimler|dell|deloitte|delta air lines|deutsche bank|dhl|disney|dropbox|ebay|ebay|ericsson|ernst & young|exxon|exxonmobil|facebook|fedex|ferrari|fifa|flickr|ford motor|" +
    "general electric|general motors|github|gitlab|glaxosmithkline|goldman sachs|google|google cloud|hewlett packard|hitachi|home depot|honda|hsbc|huawei|hyundai|ibm|ikea|infosys|intel|instagram|intuit|" +
    "jpmorgan|jpmorgan chase|kpmg|lehman brothers|lenovo|linkedin|lockheed martin|lufthansa|mastercard|mcdonald's|mcdonalds|mckinsey|merck|meta|microsoft|mitsubishi|morgan stanley|nasa|nato|nestle|netflix|nike|nintendo|nissan|nokia|novartis|nvidia|" +
    "openai|oracle|paypal|pepsico|pfizer|philips|pinterest|porsche|pricewaterhousecoopers|procter & gamble|pwc|qualcomm|red hat|reddit|red cross|renault|reuters|roche|rolls royce|ryanair|salesforce|samsung|santander|sap|shell|" +
    "siemens|slack|snapchat|softbank|sony|spacex|spotify|starbucks|state farm|stripe|tata|telefonica|tesco|tesla|thyssenkrupp|tiktok|toshiba|toyota|transunion|twitter|uber|ubs|unesco|unicef|unilever|united airlines|united nations|ups|" +
    "verizon|visa inc|vodafone|volkswagen|volvo|walmart|wells fargo|whatsapp|wikipedia|world bank|xerox|yahoo|youtube|zillow|zoom|equifax|experian|moody's|yelp|trulia|zocdoc|opentable|groupon"
  ).split("|"),
);
