import { usage } from './parse-arguments.ts'

const MAX_PORT = 65_535

/**
 * The port in the option `--port`, or `undefined` when it was not given.
 *
 * @param min 0 where any free port may be asked for, else 1
 * @throws {@link SeaworthyError} `SEA_CLI_USAGE`
 */
export function readPort(
  options: Readonly<Record<string, string | boolean | undefined>>,
  min: 0 | 1,
): number | undefined {
  const text = options['port']
  if (text === undefined) return undefined
  const port = typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (port >= min && port <= MAX_PORT) return port
  throw usage(
    `--port is "${text}", expected a whole number from ${min} to ${MAX_PORT}`,
    `Write it like --port ${min === 0 ? 4318 : 9091}.`,
  )
}
