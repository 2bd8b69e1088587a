import { describeKind, OptionReader } from '../core/option-reader.ts'
import { PORT_IS_UNDEFINED } from './listener-address.ts'
import { Service } from './service.ts'
import { adapterOf, isServer } from './to-application.ts'

/** What an `attach` attaches. */
export interface AttachKind {
  /** From where its `attach` is imported, such as `seaworthy/koa`. */
  readonly module: string
  /** What it takes, such as `a Koa application`. */
  readonly expected: string
  /** Whether something is one. */
  readonly fits: (target: unknown) => boolean
  /** Options of its own. @default none */
  readonly own?: (read: OptionReader) => void
}

/**
 * Checks the arguments of an `attach`, so that a mistake is found at the line that made it.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID` with every problem
 */
export function checkAttach(kind: AttachKind, service: unknown, target: unknown, options: unknown): void {
  const read = new OptionReader(options, kind.module === 'seaworthy' ? 'attach()' : `attach() of ${kind.module}`)
  read.text('name', { fallback: 'http' })
  const port = read.integer('port', { fallback: -1, min: 0, max: 65_535 })
  const host = read.text('host', { fallback: '' })
  read.boolean('probes', { fallback: false })
  // Checked with the definition that they become a part of.
  read.value('startTimeout')
  read.value('shedding')
  if (!(service instanceof Service)) read.problem('the first argument must be what createService() returned')
  const fits = kind.fits(target)
  if (!fits) read.problem(`the second argument must be ${kind.expected}, got ${describe(target)}`)
  else if (port >= 0 && isServer(target) && target.listening)
    read.problem(`"port" is ${port}, but the server listens already`)
  if (read.isUndefined('port')) read.problem(PORT_IS_UNDEFINED)
  if (port < 0 && host !== '') read.problem('"host" needs "port": without it the application listens by itself')
  kind.own?.(read)
  read.done('SEA_OPTIONS_INVALID', fits ? undefined : hintFor(kind, target))
}

/**
 * Checks the application that an adapter is to make a listener of.
 *
 * @throws {@link SeaworthyError} `SEA_OPTIONS_INVALID`
 */
export function checkApplication(kind: AttachKind, call: string, target: unknown): void {
  if (kind.fits(target)) return
  const read = new OptionReader({}, call)
  read.problem(`the first argument must be ${kind.expected}, got ${describe(target)}`)
  read.done('SEA_OPTIONS_INVALID', hintFor(kind, target))
}

/** Whether each of `names` is a method of `value`, which may itself be a function. */
export function hasMethods(value: unknown, ...names: readonly string[]): boolean {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return false
  return names.every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function')
}

function describe(target: unknown): string {
  if (target === undefined) return 'nothing'
  if (target instanceof Service) return 'what createService() returned'
  if (isServer(target)) return 'a server of Node'
  const adapter = adapterOf(target)
  return adapter === undefined ? describeKind(target) : `an application for ${adapter}`
}

/** An application of another framework is the likeliest mistake: its adapter has functions of the same names. */
function hintFor({ module }: AttachKind, target: unknown): string {
  if (target instanceof Service) return 'Pass the service first: attach(service, …).'
  if (isServer(target)) return 'Import attach from seaworthy, which takes a server, or pass the application.'
  const adapter = adapterOf(target)
  if (adapter !== undefined && adapter !== module) return `Import attach from ${adapter}.`
  if (module !== 'seaworthy') return 'Pass what the framework made.'
  return "Import attach from your framework's adapter, such as seaworthy/express, or pass the server that listen() returned."
}
