/**
 * Elements of the pages. Text goes in as text, never as markup, and what would turn or hide its neighbours is written
 * out: what is shown are the words of others.
 */
import { showHidden } from '../base/index.ts'

export function element(
  name: string,
  text = '',
  attributes: Readonly<Record<string, string>> = {},
): HTMLElement {
  const made = document.createElement(name)
  made.textContent = showHidden(text)
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value)
  return made
}

/** Terms with their values; one without a value is left out. */
export function describedTerms(
  rows: readonly (readonly [term: string, value: string | undefined])[],
): HTMLElement[] {
  return rows.flatMap(([term, value]) =>
    value === undefined ? [] : [element('dt', term), element('dd', value)],
  )
}
