/** What Redocly's recommended rules find in an OpenAPI document. */
import { createConfig, lintFromString } from '@redocly/openapi-core'

const config = await createConfig({ extends: ['recommended'] })

/** One line for each finding: rule, message and place. */
export async function findingsOf(source: string): Promise<string[]> {
  const found = await lintFromString({ source, config })
  return found.map(({ ruleId, message, location }) =>
    `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`.trimEnd(),
  )
}
