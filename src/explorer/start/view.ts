/** Draws what changes on the start page: what the node is, and what came of a receipt. */
import type { Kernel } from '../../kernel/index.ts'
import { type Body, openCheckpoint, openNote, parseNote, type ReceiptVerdict } from '../../protocol/index.ts'
import { describedTerms, element } from '../elements.ts'
import { type Language, type ResultState, TEXTS } from './texts.ts'
import type { Names, NodeWord, Trusted } from './trust.ts'

/** Unix seconds as the reader writes times. */
const moment = (seconds: number, language: Language): string =>
  new Date(seconds * 1000).toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB', {
    dateStyle: 'medium',
    timeStyle: 'medium',
  })

/** A name does not replace the id, which alone is unique. */
const named = (member: string, names: Names): string =>
  Object.hasOwn(names, member) ? `${names[member]} (${member})` : member

/** Ids with their names. */
const listed = (members: readonly string[], names: Names, language: Language): string =>
  members.length === 0
    ? TEXTS[language].nobody
    : members.map((member) => named(member, names)).join(TEXTS[language].separator)

/** The node's checkpoint, verified here. LedgerError where its keys did not sign it. */
export function nodeTerms(
  kernel: Kernel,
  word: NodeWord,
  trusted: Trusted,
  language: Language,
): HTMLElement[] {
  const texts = TEXTS[language]
  const { info } = word
  const { trust, names } = trusted
  const { checkpoint, cosignedBy, final } = openCheckpoint(kernel, word.checkpoint, trust)
  // Cosignatures say when they were made; the latest is when the checkpoint had what it has.
  const { verified } = openNote(kernel, parseNote(word.checkpoint), [...trust.logKeys, ...trust.cosigners])
  const times = verified.flatMap(({ time }) => (time === undefined ? [] : [time]))
  const count = checkpoint.size.toLocaleString(language === 'zh' ? 'zh-CN' : 'en-GB')
  return describedTerms([
    [texts.ledger, trust.origin],
    [texts.member, named(info.node, names)],
    [texts.size, count],
    [texts.time, times.length === 0 ? undefined : moment(Math.max(...times), language)],
    [texts.cosigned, listed(cosignedBy, names, language)],
    [texts.settled, final ? texts.final : texts.notFinal],
    [texts.rules, String(info.rulesVersion)],
  ])
}

/** Whom the check trusts, in words. An origin has the first digits of the ledger's id in it. */
export const trustedText = ({ from, trust }: Trusted, language: Language): string =>
  `${from === 'genesis' ? TEXTS[language].trustGenesis : TEXTS[language].trustNode}${trust.origin}`

/** What came of a check. `problem` says why there is no verdict. */
export interface Result {
  readonly state: ResultState
  readonly verdict?: ReceiptVerdict
  /** A name of the page's texts. */
  readonly problem?: 'tooLarge' | 'notJson' | 'noId' | 'noTrust'
  /** English, of the check itself. */
  readonly reason?: string
  /** Undefined where nobody was. */
  readonly trusted?: Trusted
}

function terms(
  verdict: ReceiptVerdict & { readonly ok: true },
  names: Names,
  language: Language,
): HTMLElement {
  const texts = TEXTS[language]
  const body: Body | undefined = verdict.status === 'accepted' ? verdict.body : undefined
  const list = element('dl')
  list.append(
    ...describedTerms([
      [texts.type, body?.type],
      [texts.code, verdict.status === 'refused' ? (verdict.code ?? String(verdict.codeNumber)) : undefined],
      [texts.recorded, moment(verdict.time, language)],
      [texts.height, String(verdict.height)],
      [texts.index, String(verdict.index)],
      [texts.cosigned, listed(verdict.cosignedBy, names, language)],
      [texts.settled, verdict.final ? texts.final : texts.notFinal],
      [texts.id, verdict.id],
      [texts.signer, verdict.status === 'accepted' ? verdict.publicKey : undefined],
    ]),
  )
  return list
}

export function resultElements(result: Result, language: Language): HTMLElement[] {
  const texts = TEXTS[language]
  const { state, verdict, problem, trusted } = result
  const [heading, explanation] = texts.states[state]
  const box = element('div', '', { class: 'verdict', 'data-state': state })
  box.append(element('h3', heading), element('p', explanation))
  const shown = [box]
  if (trusted !== undefined)
    shown.push(element('p', trustedText(trusted, language), { id: 'result-trusted' }))
  if (problem !== undefined) shown.push(element('p', texts[problem], { id: 'problem' }))
  const reason = verdict?.ok === false ? `${verdict.reason} (${verdict.code})` : result.reason
  if (reason !== undefined) shown.push(element('p', reason, { id: 'reason', lang: 'en' }))
  const isOfOldKeys = verdict?.ok === false && verdict.code === 'receipt.checkpoint'
  if (isOfOldKeys && trusted?.from === 'node' && trusted.trust.before !== undefined) {
    shown.push(element('p', texts.replaced))
  }
  if (verdict?.ok === true) shown.push(terms(verdict, trusted?.names ?? {}, language))
  return shown
}
