/** Whether the check digit of an ISBN of ten or thirteen digits is right. Hyphens and blanks do not count. */
export function isIsbn(text: string): boolean {
  const digits = text.replace(/[\s-]/g, "").toUpperCase();
  if (/^\d{9}[\dX]$/.test(digits)) {
    let sum = 0;
    for (let index = 0; index < 10; index++) sum += (10 - index) * (digits[index] === "X" ? 10 : Number(digits[index]));
    return sum % 11 === 0;
  }
  if (!/^97[89]\d{10}$/.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < 13; index++) sum += (index % 2 === 0 ? 1 : 3) * Number(digits[index]);
  return sum % 10 === 0;
}

/** Whether the check digit of an ISSN is right. */
export function isIssn(text: string): boolean {
  const digits = text.replace("-", "").toUpperCase();
  if (!/^\d{7}[\dX]$/.test(digits)) return false;
  let sum = 0;
  for (let index = 0; index < 8; index++) sum += (8 - index) * (digits[index] === "X" ? 10 : Number(digits[index]));
  return sum % 11 === 0;
}
