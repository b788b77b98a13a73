/** Flags of commands that run a node, made from the table of settings, so that flags, variables and file agree. */
import type { Command } from 'commander'
import { CONFIG_VARIABLE, loadConfig, type NodeConfig, SETTINGS } from '../host/index.ts'
import { CLIENT_VARIABLES } from './options.ts'

/** What commander makes of the flags: texts, checked by `loadConfig`. */
export type SettingFlags = { readonly [Name in keyof NodeConfig | 'config']?: string }

const isOfClient = (name: string): boolean => (CLIENT_VARIABLES as readonly string[]).includes(name)

/** Adds `--config` and a flag for each setting. */
export function addSettings(command: Command): Command {
  command.option('--config <file>', `settings as JSON [${CONFIG_VARIABLE}]`)
  for (const setting of SETTINGS) {
    command.option(
      `--${setting.flag} <value>`,
      `${setting.meaning} [${setting.variable}; ${setting.default}]`,
    )
  }
  return command
}

/**
 * The configuration. `fallbacks` stand in for defaults, by setting name, where neither a flag nor a variable says
 * otherwise and no config file is named.
 */
export function readSettings(
  options: SettingFlags,
  fallbacks: { readonly [Name in keyof NodeConfig]?: string } = {},
): NodeConfig {
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !isOfClient(name)))
  const hasFile = (options.config ?? environment[CONFIG_VARIABLE]) !== undefined
  const flags: Record<string, string | undefined> = { config: options.config }
  for (const { name, variable } of SETTINGS) {
    const fallback = hasFile || environment[variable] !== undefined ? undefined : fallbacks[name]
    flags[name] = options[name] ?? fallback
  }
  return loadConfig({ flags, environment })
}
