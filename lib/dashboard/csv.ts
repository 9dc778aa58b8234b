// Rows of a CSV file (RFC 4180) that no spreadsheet takes for formulas.

/** Tells Excel that the file is UTF-8; without it names come out garbled there. */
export const BYTE_ORDER_MARK = '\uFEFF';

/** What a formula begins with, also as full-width, small and mathematical forms that some programs read alike. */
const SIGN = String.raw`[=+\-@＝＋－＠﹦﹢﹣﹫−]`;
/** What programs skip before it: blanks, controls, invisible characters and quotes. */
const SKIPPED = String.raw`[\s\p{C}\p{Z}"'\x60]*`;
const AT_START = new RegExp(String.raw`^(?:[\t\r\n\0]|${SKIPPED}${SIGN})`, 'u');
/** Where a program that expects another separator, as Excel does in many countries, would begin another cell. */
const AFTER_SEPARATOR = new RegExp(String.raw`([;,|\t\r\n](?=${SKIPPED}${SIGN})|[;,|](?=[\t\r\n\0]))`, 'gu');

/** A cell, quoted in any case. What could be a formula is made text by a `'`, as spreadsheets do themselves. */
export function csvCell(value: string | number): string {
  const text = String(value).replace(AFTER_SEPARATOR, "$1'");
  return `"${(AT_START.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}

export const csvRow = (cells: readonly (string | number)[]): string => `${cells.map(csvCell).join(',')}\r\n`;
