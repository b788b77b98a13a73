/** Words of others are shown as they are, but for what turns or hides what stands beside it. */
import { expect, it } from 'vitest'
import { showHidden } from '../../src/base/index.ts'

it.each([
  ['王小明', '王小明'],
  ["Ann-Marie O'Neil, 2nd", "Ann-Marie O'Neil, 2nd"],
  ['محمد علی\u200cزاده', 'محمد علی\u200cزاده'],
  ['क्\u200dष 👩\u200d⚕️', 'क्\u200dष 👩\u200d⚕️'],
  ['ann\u202eDILAV', 'ann\\u{202E}DILAV'],
  ['a\u2066b\u2069', 'a\\u{2066}b\\u{2069}'],
  ['a\u200fb\u061cc', 'a\\u{200F}b\\u{61C}c'],
  ['a\nb\u2028c', 'a\\u{A}b\\u{2028}c'],
  ['\u001b[2Ja\u0000', '\\u{1B}[2Ja\\u{0}'],
  ['a\u200bb\ufeff\u{e0041}', 'a\\u{200B}b\\u{FEFF}\\u{E0041}'],
])('%j is shown as %j', (text, shown) => expect(showHidden(text)).toBe(shown))
