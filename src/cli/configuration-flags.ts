import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { type LoadConfigOptions, type LoadedConfig, loadConfig } from '../config/load-config.ts'
import { systemClock } from '../core/clock.ts'
import { didYouMean } from '../core/nearest-name.ts'
import { isSeaworthyError } from '../core/seaworthy-error.ts'
import { onServiceCreated } from '../core/service-created.ts'
import { settleWithin } from '../core/wait.ts'
import type { CommandContext, CommandOption } from './command.ts'
import { usage } from './parse-arguments.ts'

/** The options that say which configuration is meant. */
export const CONFIGURATION_OPTIONS: Readonly<Record<string, CommandOption>> = {
  module: {
    type: 'string',
    value: 'FILE#NAME',
    help: 'The module that exports the schema, or the options of the configuration (schema, files, envPrefix).',
    default: 'of its exports, the one called config, schema or default',
  },
  files: {
    type: 'string',
    value: 'FILES',
    help: 'YAML and JSON files, with "," between them; later ones win, and one with "?" at its end may be missing.',
    default: 'those of the module',
  },
  'env-prefix': {
    type: 'string',
    value: 'PREFIX',
    help: 'What the variables of the configuration begin with, such as ORDERS_.',
    default: 'that of the module',
  },
}

type Options = Omit<LoadConfigOptions, 'env'>

/** What the rest of a module may call its options besides; it is not passed on. */
const OPTION_NAMES = ['schema', 'defaults', 'files', 'envPrefix', 'variables', 'overrides', 'secrets', 'cwd'] as const
const DEFAULT_NAMES = ['config', 'schema', 'default'] as const
const IMPORT_LIMIT_MS = 30_000
/** How long a module that has created a service may go on: it runs it, and waits for its end. */
const SERVICE_LIMIT_MS = 2_000

/**
 * Loads the configuration that the flags name, as a service would with this environment.
 *
 * @throws {@link SeaworthyError} `SEA_CONFIG_INVALID` when it is not valid, `SEA_CLI_USAGE` for wrong flags
 */
export async function loadByFlags({
  options,
  cwd,
  env,
}: Pick<CommandContext, 'options' | 'cwd' | 'env'>): Promise<LoadedConfig<unknown>> {
  const given = options['module']
  if (typeof given !== 'string')
    throw usage(
      'There is no schema to check against',
      'Add --module dist/config.js#schema, or --url of a running service.',
    )
  const fromModule = await readModule(given, cwd)
  const files = options['files']
  const prefix = options['env-prefix']
  try {
    return await loadConfig({
      cwd,
      ...fromModule,
      ...(typeof files === 'string' ? { files: toFiles(files) } : {}),
      ...(typeof prefix === 'string' ? { envPrefix: prefix } : {}),
      env,
    })
  } catch (error) {
    if (!isSeaworthyError(error, 'SEA_OPTIONS_INVALID')) throw error
    throw usage(error.message, 'Correct the flags, or the options that the module exports.')
  }
}

function toFiles(text: string): NonNullable<Options['files']> {
  const names = text.split(',').map((name) => name.trim())
  if (names.includes(''))
    throw usage(`--files is "${text}"`, 'Write it like --files config/base.yaml,config/local.yaml?')
  return names.map((name) => (name.endsWith('?') ? { path: name.slice(0, -1), optional: true } : name))
}

async function readModule(given: string, cwd: string): Promise<Options> {
  const [path = '', name] = given.split(/#(.*)/s)
  const module = await importModule(resolve(cwd, path), path)
  const names = Object.keys(module)
  if (name !== undefined && name !== '' && !names.includes(name)) {
    const all = `It exports ${names.join(', ') || 'nothing'}.`
    throw usage(`${path} has no export "${name}"`, didYouMean(name, names) || all)
  }
  const candidates = name === undefined || name === '' ? DEFAULT_NAMES.filter((each) => names.includes(each)) : [name]
  const found = candidates.map((each) => toOptions(module[each])).find((options) => options !== undefined)
  if (found !== undefined) return found
  const which = name === undefined || name === '' ? candidates.join(', ') || 'those of other names' : name
  throw usage(
    `${path}: no Standard Schema in the export ${which}, and no object with one as "schema"`,
    `Export the schema, or what createService({ config }) gets, and name it: --module ${path}#schema.`,
  )
}

async function importModule(file: string, path: string): Promise<Readonly<Record<string, unknown>>> {
  const load = (): Promise<object> => import(pathToFileURL(file).href) as Promise<object>
  const running = new AbortController()
  // It is looked at: no service starts here, whose tasks and consumers would be at work beside the real ones.
  const forget = onServiceCreated(({ startAfter }) => {
    startAfter(new Promise(() => {}))
    systemClock.schedule(SERVICE_LIMIT_MS, () => running.abort(), { keepAlive: false })
  })
  const settled = await settleWithin(systemClock, IMPORT_LIMIT_MS, load, running.signal).finally(forget)
  if (settled.outcome === 'done') return settled.value as Readonly<Record<string, unknown>>
  if (settled.outcome === 'given-up')
    throw usage(
      `${path} runs a service as soon as it is imported (here it was kept from starting)`,
      'Declare schema and files in a module of their own, and import that in both places.',
    )
  if (settled.outcome !== 'failed')
    throw usage(`${path} was not imported within ${IMPORT_LIMIT_MS} ms`, 'Give a module that only declares its schema.')
  const { code, message = 'it threw' } = (settled.error ?? {}) as Partial<NodeJS.ErrnoException>
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION')
    throw usage(
      `${path} is not JavaScript`,
      'Give the built module, or use a Node that runs TypeScript: 22.18 or newer.',
    )
  const hint = code === 'ERR_MODULE_NOT_FOUND' ? 'Look whether it is built, and at the path.' : 'Correct the module.'
  throw usage(`${path} can't be imported: ${message}`, hint)
}

/** A schema, options with one, or what createService() takes with those inside. */
function toOptions(value: unknown): Options | undefined {
  if (isSchema(value)) return { schema: value }
  if (typeof value !== 'object' || value === null) return undefined
  const { schema, config } = value as { readonly schema?: unknown; readonly config?: unknown }
  if (isSchema(schema)) {
    const known = Object.entries(value).filter(([key]) => OPTION_NAMES.some((name) => name === key))
    return Object.fromEntries(known) as unknown as Options
  }
  return config === undefined || config === value ? undefined : toOptions(config)
}

function isSchema(value: unknown): value is StandardSchemaV1 {
  const isObject = (typeof value === 'object' || typeof value === 'function') && value !== null
  return isObject && typeof (value as Partial<StandardSchemaV1>)['~standard']?.validate === 'function'
}
