import { hideInJson, hideSecrets, HIDDEN } from '../../core/secret-text.ts'

/** The parts of Node's diagnostic report that are looked at here. @see https://nodejs.org/api/report.html */
interface DiagnosticReport {
  header?: {
    commandLine?: unknown
    networkInterfaces?: unknown
    readonly trigger?: unknown
    readonly event?: unknown
  }
  environmentVariables?: unknown
  libuv?: unknown
  workers?: unknown
  readonly javascriptStack?: { readonly message?: unknown; readonly stack?: unknown }
}

/**
 * Node's report as text, without what nobody needs to understand a crash and what may be secret: the environment, what was
 * given on the command line, addresses of this machine and of those that are connected.
 *
 * @param scrub takes the secrets out that are known of the configuration
 */
export function cleanReport(report: object, scrub: (text: string) => string = (text) => text): string {
  const clean = hideInJson(withoutPrivate(report), (text) => scrub(hideSecrets(text)))
  return `${JSON.stringify(clean, undefined, 2)}\n`
}

/** Reports of worker threads are inside of that of the process, and Node leaves nothing out of them. */
function withoutPrivate(report: object): DiagnosticReport {
  const clean: DiagnosticReport = { ...report }
  delete clean.environmentVariables
  const { header } = clean
  if (header !== undefined) {
    clean.header = { ...header }
    delete clean.header.networkInterfaces
    if (Array.isArray(header.commandLine)) clean.header.commandLine = header.commandLine.map(withoutValue)
  }
  if (Array.isArray(clean.libuv)) clean.libuv = clean.libuv.map(withoutPeer)
  if (Array.isArray(clean.workers)) clean.workers = clean.workers.map((worker: object) => withoutPrivate(worker))
  return clean
}

/** What a fatal error was, in words. */
export interface FatalError {
  /** `Allocation failed - JavaScript heap out of memory`. */
  readonly message: string
  readonly isOutOfMemory: boolean
  /** The JavaScript that ran, the innermost call first; empty where Node could not tell. */
  readonly stack: readonly string[]
}

/** What the report of a fatal error says of it. */
export function readFatalError({ header, javascriptStack }: DiagnosticReport): FatalError {
  const { trigger, event } = header ?? {}
  const message = typeof event === 'string' ? event : 'a fatal error'
  const lines = javascriptStack?.stack
  const said = Array.isArray(lines) ? lines.filter((line): line is string => typeof line === 'string') : []
  return {
    message,
    isOutOfMemory: trigger === 'OOMError' || /out of memory/i.test(message),
    stack: said.map((line) => line.trim()).filter((line) => line !== '' && line !== 'Unavailable.'),
  }
}

/** Flags stay, with numbers (`--max-old-space-size=512`), and so does the program; what else is given may be anything. */
function withoutValue(argument: unknown, index: number): unknown {
  if (typeof argument !== 'string' || index === 0 || /\.[cm]?[jt]s$/.test(argument)) return argument
  const [, flag, value] = /^(--?[\w-]+)(?:=(.*))?$/s.exec(argument) ?? []
  if (flag === undefined) return HIDDEN
  if (value === undefined) return flag
  return /^\d+$/.test(value) ? argument : `${flag}=${HIDDEN}`
}

function withoutPeer(handle: unknown): unknown {
  if (typeof handle !== 'object' || handle === null) return handle
  const { remoteEndpoint: _peer, ...rest } = handle as Readonly<Record<string, unknown>>
  return rest
}
