/** QR codes (ISO/IEC 18004) of links, as an SVG to print and as text for a terminal. */
import { renderSVG, renderUnicodeCompact } from 'uqr'

/**
 * Level M: a code on a worn card still reads with 15% of it lost. Two modules of quiet zone beyond the card's own
 * margin.
 */
const OPTIONS = { ecc: 'M', border: 2 } as const

/** An SVG document. */
export const qrSvg = (text: string): string => renderSVG(text, OPTIONS)

/** Lines of half blocks for a terminal; dark on light unless `invert`, which suits terminals with a dark ground. */
export const qrText = (text: string, invert = false): string =>
  renderUnicodeCompact(text, { ...OPTIONS, invert })
