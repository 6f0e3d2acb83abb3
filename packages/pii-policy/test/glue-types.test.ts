import { GLUE_ENTITY_TYPES, glueEntityTypeOf, piiTypesOfGlue } from "@groundwork/pii-policy";
import { describe, expect, test } from "vitest";

describe("entities of AWS Glue", () => {
  test.each<[type: string, entity: string | undefined]>([
    ["NAME", "PERSON_NAME"],
    ["EMAIL", "EMAIL"],
    ["CREDIT_DEBIT_NUMBER", "CREDIT_CARD"],
    ["SSN", "USA_SSN"],
    ["PASSPORT_NUMBER", "USA_PASSPORT_NUMBER"],
    ["IN_AADHAAR", "INDIA_AADHAAR_NUMBER"],
    ["ADDRESS", undefined],
    ["NATIONAL_ID", undefined],
    ["OUR_OWN_TYPE", undefined],
  ])("%s is %s", (type, entity) => {
    expect(glueEntityTypeOf(type)).toBe(entity);
    if (entity !== undefined) expect(piiTypesOfGlue(entity)).toContain(type);
  });

  test.each<[entity: string, types: readonly string[]]>([
    ["PHONE_NUMBER", ["PHONE"]],
    ["DATE", ["DATE_TIME", "DATE_OF_BIRTH"]],
    ["NEW_ZEALAND_DRIVING_LICENSE", ["DRIVER_ID"]],
    ["FRANCE_BANK_ACCOUNT", ["INTERNATIONAL_BANK_ACCOUNT_NUMBER", "BANK_ACCOUNT_NUMBER"]],
    ["SPAIN_DNI", ["NATIONAL_ID"]],
    ["POLAND_SSN", ["NATIONAL_ID"]],
    ["USA_HCPCS_CODE", []],
    ["A_CUSTOM_ENTITY", []],
  ])("%s may be %j", (entity, types) => {
    expect(piiTypesOfGlue(entity)).toEqual(types);
  });

  test("are well-formed, each once, and every type found in them is one that detectors report", () => {
    expect(GLUE_ENTITY_TYPES.length).toBeGreaterThan(240);
    expect(new Set(GLUE_ENTITY_TYPES).size).toBe(GLUE_ENTITY_TYPES.length);
    for (const entity of GLUE_ENTITY_TYPES) expect(entity).toMatch(/^[A-Z][A-Z0-9_]*$/);
    for (const entity of GLUE_ENTITY_TYPES)
      for (const type of piiTypesOfGlue(entity)) expect(type).toMatch(/^[A-Z_]+$/);
  });

  test("an entity that stands for a type leads back to it", () => {
    for (const type of new Set(GLUE_ENTITY_TYPES.flatMap((entity) => piiTypesOfGlue(entity)))) {
      const entity = glueEntityTypeOf(type);
      if (entity !== undefined) {
        expect(GLUE_ENTITY_TYPES).toContain(entity);
        expect(piiTypesOfGlue(entity)).toContain(type);
      }
    }
  });
});
