/**
 * The public name of a member, as people read it. Every node must say the same of a name for ever, so its characters
 * are a list that stands here and no property that a Unicode library looks up. The list has no combining mark and
 * nothing that decomposes: whatever is made of it is in NFC as it is. Nor does it have controls, invisible characters
 * or what turns the direction of writing.
 */
import { DISPLAY_NAME_LENGTH_MAX } from '../base/index.ts'

/** In the syntax of a class of characters, a script or kind a line. */
const CHARACTERS = [
  "A-Za-z0-9&'(),.+\\u{2d}",
  // Middle dot, dash, quotation marks.
  '\\u{b7}\\u{2013}\\u{2019}\\u{201c}\\u{201d}',
  // Latin with its accents, without the signs of multiplication and division.
  '\\u{c0}-\\u{d6}\\u{d8}-\\u{f6}\\u{f8}-\\u{24f}',
  // Greek, Cyrillic, Arabic letters.
  '\\u{386}\\u{388}-\\u{38a}\\u{38c}\\u{38e}-\\u{3a1}\\u{3a3}-\\u{3ce}',
  '\\u{400}-\\u{481}\\u{48a}-\\u{52f}',
  '\\u{620}-\\u{63f}\\u{641}-\\u{64a}\\u{671}-\\u{6d3}',
  // Comma, iteration mark and zero of Chinese; kana, bopomofo; full-width brackets and comma.
  '\\u{3001}\\u{3005}\\u{3007}\\u{3041}-\\u{3096}\\u{30a1}-\\u{30fa}\\u{30fc}\\u{3105}-\\u{312f}\\u{ff08}\\u{ff09}\\u{ff0c}',
  // Han, without the compatibility forms; Yi; Hangul syllables.
  '\\u{3400}-\\u{4db5}\\u{4e00}-\\u{9fef}\\u{20000}-\\u{2a6d6}',
  '\\u{a000}-\\u{a48c}\\u{ac00}-\\u{d7a3}',
].join('')

/** One to DISPLAY_NAME_LENGTH_MAX characters (code points) of the list; spaces stand within only. Needs the flag `u`. */
export const DISPLAY_NAME_PATTERN = `^[${CHARACTERS}](?:[${CHARACTERS} ]{0,${DISPLAY_NAME_LENGTH_MAX - 2}}[${CHARACTERS}])?$`

const expression = new RegExp(DISPLAY_NAME_PATTERN, 'u')

export const isDisplayName = (text: string): boolean => expression.test(text)
