import type { OptionReader } from '../core/option-reader.ts'
import { SeaworthyError } from '../core/seaworthy-error.ts'
import { readShedding } from '../server/shedding/shedding-options.ts'

/** `port: process.env.PORT` where there is none: any free port would be the last thing that was meant. */
export const PORT_IS_UNDEFINED = '"port" is undefined (a variable that is not set?): leave it out, or give a number'

/** Checks where a listener shall listen, as far as that is known before the configuration is. */
export function checkAddress(read: OptionReader): void {
  if (typeof read.value('port') !== 'function') read.integer('port', { fallback: 0, min: 0, max: 65_535 })
  if (read.isUndefined('port')) read.problem(PORT_IS_UNDEFINED)
  if (typeof read.value('host') !== 'function') read.text('host', { fallback: 'any' })
  read.boolean('probes', { fallback: false })
  readShedding(read)
  const tls = read.value<unknown>('tls')
  if (tls !== undefined && typeof tls !== 'function' && (typeof tls !== 'object' || tls === null))
    read.problem('"tls" must be an object such as { certFile, keyFile }, or a function that returns one')
  read.boolean('answerErrors', { fallback: true })
}

/**
 * The port of a listener, by the configuration.
 *
 * @throws {@link SeaworthyError} `SEA_LISTENER_BIND_FAILED` when its function returns none
 */
export function portOf<Config>(
  name: string,
  port: number | ((config: Config) => number) | undefined,
  config: Config,
): number | undefined {
  if (typeof port !== 'function') return port
  const wanted: unknown = port(config)
  if (typeof wanted === 'number' && Number.isInteger(wanted) && wanted >= 0 && wanted <= 65_535) return wanted
  const got = typeof wanted === 'string' ? `"${wanted}"` : String(wanted)
  throw new SeaworthyError(
    'SEA_LISTENER_BIND_FAILED',
    `Listener "${name}" can't be bound to port ${got}: that is no port`,
    {
      hint: 'Let its port function return a whole number from 0 to 65535.',
    },
  )
}
