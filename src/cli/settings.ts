/**
 * Options of commands that run a node, made from the table of settings, so that flags, variables and file agree.
 * Commander lets a flag win over its variable; the config file and the values themselves are `loadConfig`'s.
 */
import { type Command, Option } from 'commander'
import { CONFIG_VARIABLE, loadConfig, type NodeConfig, SETTINGS, type SettingTexts } from '../host/index.ts'
import { CLIENT_VARIABLES } from './options.ts'

const VARIABLES = [CONFIG_VARIABLE, ...SETTINGS.map(({ variable }) => variable)]

/** Adds `--config` and an option for each setting. */
export function addSettings(command: Command): Command {
  command.addOption(new Option('--config <file>', 'settings as JSON').env(CONFIG_VARIABLE))
  for (const { flag, meaning, variable, default: usual } of SETTINGS) {
    // The default is only shown here: it is weaker than the config file, of which commander knows nothing.
    const description = usual === '' ? meaning : `${meaning} (default: ${usual})`
    command.addOption(new Option(`--${flag} <value>`, description).env(variable))
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
  const options = command.opts<SettingTexts>()
  const weakest = options.config === undefined ? fallbacks : {}
  const fromVariables = SETTINGS.filter(({ name }) => command.getOptionValueSource(name) === 'env')
  return loadConfig({
    flags: { ...weakest, ...options, ...overrides },
    places: Object.fromEntries(fromVariables.map(({ name, variable }) => [name, variable])),
    mistakes: findUnknownVariables(),
  })
}
