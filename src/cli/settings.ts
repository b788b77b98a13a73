/**
 * Options of commands that run a node, made from the table of settings, so that flags, variables and file agree.
 * Commander lets a flag win over its variable; the config file and the values themselves are `loadConfig`'s.
 */
import { type Command, Option } from 'commander'
import { CONFIG_VARIABLE, loadConfig, type NodeConfig, SETTINGS, type SettingTexts } from '../host/index.ts'
import { CLIENT_VARIABLES } from './options.ts'

const VARIABLES = [CONFIG_VARIABLE, ...SETTINGS.map(({ variable }) => variable)]

/** How commander names the value of a flag. */
const attributeOf = (flag: string): string => new Option(`--${flag}`).attributeName()

const joinItems = (item: string, before?: string): string =>
  before === undefined ? item : `${before} ${item}`

/** Adds `--config` and an option for each setting. */
export function addSettings(command: Command): Command {
  command.addOption(new Option('--config <file>', 'settings as JSON').env(CONFIG_VARIABLE))
  for (const { flag, meaning, variable, kind, default: usual } of SETTINGS) {
    // The default is only shown here: it is weaker than the config file, of which commander knows nothing.
    const description = usual === '' ? meaning : `${meaning} (default: ${usual})`
    const value = kind === 'switch' ? '[value]' : '<value>'
    const option = new Option(`--${flag} ${value}`, description).env(variable)
    if (kind === 'switch') option.preset('yes')
    if (kind === 'list') option.argParser(joinItems)
    command.addOption(option)
  }
  return command
}

/** Variables that look like settings and are none, such as `MEDSEAL_PROT`. Those of clients are left alone. */
function findUnknownVariables(): string[] {
  const known = new Set<string>([...VARIABLES, ...CLIENT_VARIABLES])
  return Object.keys(process.env)
    .filter((name) => name.startsWith('MEDSEAL_') && !known.has(name))
    .map((name) => `${name} is not a setting; there are ${VARIABLES.join(', ')}`)
}

/**
 * The configuration that `command` was called with. `fallbacks` stand in for defaults where neither a flag nor a
 * variable says otherwise and no config file is named; `overrides` are stronger than anything.
 */
export function readSettings(
  command: Command,
  fallbacks: SettingTexts = {},
  overrides: SettingTexts = {},
): NodeConfig {
  const options = command.opts<{ readonly [flag: string]: string | undefined }>()
  const texts = Object.fromEntries(SETTINGS.map(({ name, flag }) => [name, options[attributeOf(flag)]]))
  const given = Object.entries({ ...texts, config: options['config'] }).filter(
    ([, text]) => text !== undefined,
  )
  const weakest = options['config'] === undefined ? fallbacks : {}
  const fromVariables = SETTINGS.filter(
    ({ flag }) => command.getOptionValueSource(attributeOf(flag)) === 'env',
  )
  return loadConfig({
    flags: { ...weakest, ...Object.fromEntries(given), ...overrides },
    places: Object.fromEntries(fromVariables.map(({ name, variable }) => [name, variable])),
    mistakes: findUnknownVariables(),
  })
}
