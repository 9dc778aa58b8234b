// Names fit to be shown and ids fit to be kept: what of Unicode may be in them.
import { z } from 'zod';

const LONGEST = 64;
/** Marks on one letter. Scripts need up to four; more are only there to flow over the lines above and below. */
const MARKS = 4;

/**
 * Control characters, halves of characters, line and paragraph separators, what turns the direction of text, tags, fillers,
 * variation selectors and everything else that is there without being seen; blank braille; what is no character at all.
 */
const UNPRINTABLE = String.raw`\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{DI}\p{Noncharacter_Code_Point}\u2800\ufff9-\ufffc`;
/** Scripts in which a joiner or non-joiner makes another letter. */
const JOINING = 'Arab Syrc Mong Nkoo Deva Beng Guru Gujr Orya Taml Telu Knda Mlym Sinh'
  .split(' ')
  .map((script) => String.raw`\p{scx=${script}}`)
  .join('');
const LETTER = `(?:(?![${UNPRINTABLE}])[${JOINING}])`;
/** An emoji, as it may come before a joiner: in its colours, with a tone of skin. */
const PICTURE = String.raw`\p{Extended_Pictographic}\ufe0f?\p{Emoji_Modifier}?`;

/** Unseen characters that change what is seen: between letters that join, within a picture, for a picture in colours. */
const MEANT = [
  String.raw`(?<=${LETTER})[\u200c\u200d](?=${LETTER})`,
  String.raw`(?<=${PICTURE})\u200d(?=\p{Extended_Pictographic})`,
  String.raw`(?<=[\p{Emoji}])\ufe0f`,
].join('|');
const UNSEEN = new RegExp(`(${MEANT})|[${UNPRINTABLE}]`, 'gu');
const CLEAN = new RegExp(`^[^${UNPRINTABLE}]*$`, 'u');
const FLOOD = new RegExp(String.raw`(\p{M}{${MARKS}})\p{M}+`, 'gu');
/** As most names are that are of ASCII only: nothing is to be cleaned. */
const PLAIN = new RegExp(`^[!-~](?:[ -~]{0,${LONGEST - 2}}[!-~])?$`);
const NOTHING = /^[\p{M}\p{Z}\p{DI}]*$/u;

/**
 * A name fit to be shown: NFC, of at most 64 code points, without what cannot be seen, turns text round or floods it. Comes
 * out empty when nothing is left to be seen. What is clean stays as it is.
 */
export function cleanName(name: string): string {
  if (PLAIN.test(name)) return name;
  const seen = name
    .slice(0, 4 * LONGEST)
    .normalize('NFC')
    .replace(UNSEEN, '$1')
    .normalize('NFC')
    .replace(FLOOD, '$1')
    .trim();
  const short = [...seen].slice(0, LONGEST).join('').trim();
  // What was cut off may have been what a joiner joined to.
  const clean = short.replace(UNSEEN, '$1');
  return NOTHING.test(clean) ? '' : clean;
}

/**
 * A uid is 1–64 printable characters. Nothing is mended: what cannot be seen, or what a database would not give back as it
 * was (halves of characters, blanks at the end), is not taken.
 */
export const uidText = z
  .string()
  .min(1, 'is missing')
  .max(LONGEST, `must have at most ${LONGEST} characters`)
  .regex(CLEAN, 'must not hold control or unseen characters or halves of characters')
  .refine((uid) => uid.trim() === uid, 'must not begin or end with a blank')
  .refine((uid) => uid !== '__proto__', 'must not be __proto__');

export const unameText = z.string().transform(cleanName).pipe(z.string().min(1, 'is missing'));
