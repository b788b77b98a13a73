/**
 * Text of others, made safe to show: what has no shape of its own, and turns or hides what stands beside it, is written
 * out.
 */

/**
 * Controls, marks that change the direction of writing (Unicode UAX 9, Trojan Source), line breaks, and what takes no
 * place. The joiners U+200C and U+200D stay: names in several scripts need them.
 */
const HIDDEN =
  /[\p{Cc}\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/** `text` with each hidden character as `\u{202E}`. */
export const showHidden = (text: string): string =>
  text.replace(HIDDEN, (character) => `\\u{${character.codePointAt(0)!.toString(16).toUpperCase()}}`)
