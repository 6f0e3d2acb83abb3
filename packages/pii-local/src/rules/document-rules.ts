import validator from "validator";
import { passesVin } from "./checksums.ts";
import type { PatternRule } from "./pattern-rule.ts";

const VALUE_GAP = "[^\\n\\dA-Za-z]{0,10}";
const passportCountries = [
  "US",
  "GB",
  "CA",
  "IN",
  "DE",
  "FR",
  "ES",
  "IT",
  "NL",
  "AU",
  "PL",
  "SE",
  "PT",
  "BR",
  "JP",
  "CN",
];

/** Passports, driving licences, number plates, vehicles. */
export const documentRules: readonly PatternRule[] = [
  {
    type: "PASSPORT_NUMBER",
    pattern: new RegExp(
      `\\b(?:passports?|reisepass(?:nummer)?|passeport|pasaporte|passaporto|passaporte)(?: (?:book|card))?(?: (?:no|nr|num|number|id|n°|#))?\\.?(?: is| was| es| est| ist| lautet)?${VALUE_GAP}([A-Z]{0,3}\\d{6,9}[A-Z]?|[A-Z]{1,2}\\d[A-Z0-9]{6,7})(?!\\w)`,
      "gi",
    ),
    group: 1,
    score: 0.93,
  },
  {
    type: "PASSPORT_NUMBER",
    pattern: /(?<![\w.-])(?:[A-Z]{1,2}\d{6,8}|[CFGHJK][0-9CFGHJ-NPRTV-Z]{8}|\d{2}[A-Z]{2}\d{5})(?![\w-])/g,
    check: (value) => passportCountries.some((country) => validator.isPassportNumber(value, country as never)),
    context: /\b(?:passports?|reisepass|passeport|pasaporte|passaporto|travel document)\b/i,
    contextScore: 0.85,
  },
  {
    // The machine-readable zone: two lines of 44 signs.
    type: "PASSPORT_NUMBER",
    pattern: /(?<![\w<])P[A-Z<][A-Z]{3}[A-Z<]{39}\r?\n[A-Z0-9<]{44}(?![\w<])/g,
    score: 0.98,
  },
  {
    type: "DRIVER_ID",
    pattern: new RegExp(
      `\\b(?:driv(?:er'?s?|ing)(?: |-)?(?:licen[cs]e|permit|id)|licen[cs]e|d\\.?l\\.?|f[uü]hrerschein(?:nummer)?|permis de conduire|permiso de conducir|patente)(?: (?:no|nr|num|number|id|n°|#))?\\.?(?: is| was| es| est| ist| lautet)?${VALUE_GAP}((?=[A-Z0-9-]{0,12}\\d{3})[A-Z0-9]{1,5}(?:[- ]?[A-Z0-9]{2,7}){1,3})(?!\\w)`,
      "gi",
    ),
    group: 1,
    check: (value) => value.replace(/\D/g, "").length >= 4 && value.length <= 20,
    score: 0.8,
  },
  {
    // Great Britain: five of the surname, a coded date of birth, initials, check signs.
    type: "DRIVER_ID",
    pattern:
      /(?<!\w)[A-Z9]{5}\d(?:0[1-9]|1[0-2]|5[1-9]|6[0-2])(?:0[1-9]|[12]\d|3[01])\d[A-Z9]{2}[A-Z0-9][A-Z]{2}(?!\w)/g,
    score: 0.93,
    countries: ["GB"],
  },
  {
    type: "LICENSE_PLATE",
    pattern: new RegExp(
      `\\b(?:licen[cs]e plate|number plate|plate|registration plate|vehicle reg(?:istration)?|kennzeichen|immatriculation|matr[ií]cula|targa)s?(?: (?:no|nr|num|number|n°|#))?\\.?(?: is| was| es| est| ist| lautet)?${VALUE_GAP}((?=[A-Z -]{0,6}\\d|\\d)[A-Z0-9]{1,4}(?:[ -]?[A-Z0-9]{1,4}){1,2})(?!\\w)`,
      "gi",
    ),
    group: 1,
    check: (value) => /\d/.test(value) && /[A-Z]/i.test(value) && !/[a-z] [a-z]/.test(value),
    score: 0.85,
  },
  {
    type: "LICENSE_PLATE",
    pattern:
      /(?<![\w-])(?:[A-Z]{2}\d{2} ?[A-Z]{3}|[A-Z]{2}-\d{3}-[A-Z]{2}|[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} ?\d{1,4}|\d{4} ?[BCDFGHJKLMNPRSTVWXYZ]{3}|[A-Z]{3}[- ]?\d{4})(?![\w-])/g,
    context:
      /\b(?:plates?|registration|vehicle|car|truck|van|driver|kennzeichen|immatricul\w+|matr[ií]cula|targa|parked)\b/i,
    contextScore: 0.7,
  },
  {
    type: "VEHICLE_IDENTIFICATION_NUMBER",
    pattern: /(?<![\w-])(?=[A-Z0-9]{0,14}\d{2})[A-HJ-NPR-Z0-9]{17}(?![\w-])/gi,
    check: (value) => passesVin(value) && /[A-Z]/i.test(value),
    context: /\b(?:vin|vehicle|chassis|fahrgestell\w*|car|truck)\b/i,
    score: 0.85,
    contextScore: 0.98,
  },
  {
    // Vehicles made for other markets have no check digit.
    type: "VEHICLE_IDENTIFICATION_NUMBER",
    pattern:
      /\b(?:vin|vehicle identification(?: number)?|chassis(?: (?:no|number))?|fahrgestellnummer)\b[^\n\w]{0,10}(?:is )?([A-HJ-NPR-Z0-9]{17})(?!\w)/gi,
    group: 1,
    score: 0.93,
  },
];
