/** Draws a verdict. */
import type { CertificateVerdict } from '../../w3c/index.ts'
import { describedTerms, element } from '../elements.ts'
import { type Language, type PageState, TEXTS } from './texts.ts'

/** What there is to show. Times are unix seconds. */
export interface PageFacts {
  readonly verdict: CertificateVerdict | undefined
  readonly state: PageState
  readonly checkedAt: number
  /** Whether the data came from an earlier load, because the node could not be reached. */
  readonly fromCache: boolean
  /** The institution's public name, where the node gave one. */
  readonly institutionName?: string | undefined
}

/** Replaces what `view` shows. `onOther` is called when the reader asks for the other language. */
export function draw(view: HTMLElement, facts: PageFacts, language: Language, onOther: () => void): void {
  const texts = TEXTS[language]
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  document.title = texts.title
  const other = element('button', texts.other, { type: 'button' })
  other.addEventListener('click', onOther)
  const header = element('header')
  header.append(element('span', texts.title), other)
  const [heading, explanation] = texts.states[facts.state]
  const verdict = element('section', '', { class: 'verdict', 'data-state': facts.state })
  verdict.append(element('h1', heading), element('p', explanation))
  view.replaceChildren(header, verdict, ...describe(facts, language), element('footer', texts.how))
}

function describe(
  { verdict, checkedAt, fromCache, institutionName }: PageFacts,
  language: Language,
): HTMLElement[] {
  const texts = TEXTS[language]
  const notes = fromCache ? [element('p', texts.cached, { id: 'cached' })] : []
  if (verdict === undefined) return notes
  if (verdict.state === 'INVALID')
    return [...notes, element('p', verdict.reason, { id: 'reason', lang: 'en' })]
  if (!verdict.final) notes.push(element('p', texts.notFinal))
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB'
  const day = (seconds: number) =>
    new Date(seconds * 1000).toLocaleDateString(locale, { dateStyle: 'medium' })
  const moment = (seconds: number) =>
    new Date(seconds * 1000).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' })
  const rows: (readonly [string, string | undefined])[] = [
    [texts.since, verdict.unknownSince === undefined ? undefined : moment(verdict.unknownSince)],
    [texts.holder, verdict.holderName],
    [texts.trades, verdict.trades.map((trade) => texts.tradeNames[trade] ?? trade).join(texts.separator)],
    [texts.valid, `${day(verdict.validFrom)} – ${day(verdict.validUntil)}`],
    [
      texts.institution,
      institutionName === undefined ? verdict.institution : `${institutionName} (${verdict.institution})`,
    ],
    [texts.issued, moment(verdict.issuedAt)],
    [texts.checked, moment(checkedAt)],
  ]
  const list = element('dl')
  list.append(...describedTerms(rows))
  return [...notes, list]
}
