import { get } from 'node:http'
import type { Environment } from '../core/env-reader.ts'
import { usage } from './parse-arguments.ts'

/** A page of the admin port, and how its answer is recognised. */
export interface AdminPage<T> {
  readonly path: string
  /** As messages call what is expected there: `budget`. */
  readonly what: string
  /** Many times what any service answers. */
  readonly maxBytes: number
  /** `undefined` for what is no such page. */
  readonly read: (value: unknown) => T | undefined
}

const LIMIT_MS = 5000

/**
 * Asks the admin port of a running service for a page.
 *
 * @param env holds the token for a service elsewhere
 * @throws {@link SeaworthyError} `SEA_CLI_USAGE` when it does not answer, does not want to, or is none of ours
 */
export async function askAdmin<T>(base: string, page: AdminPage<T>, env: Environment): Promise<T> {
  const url = toUrl(base, page.path)
  const { status, body } = await ask(url, page.maxBytes, env['SEAWORTHY_ADMIN_TOKEN']).catch((error: unknown) => {
    const why =
      error instanceof Error && error.name === 'TimeoutError' ? `no answer within ${LIMIT_MS} ms` : String(error)
    throw usage(
      `${url.href} can't be reached: ${why}`,
      'Give --url the admin port of a running service, 9091 by default.',
    )
  })
  if (status === 401)
    throw usage(
      `${url.href} wants a token`,
      'Ask from the same machine, or set SEAWORTHY_ADMIN_TOKEN to that of the service.',
    )
  const answer = status === 200 ? page.read(parse(body)) : undefined
  if (answer === undefined)
    throw usage(
      `${url.href} answered ${status} and no ${page.what}`,
      'Give --url the admin port of a Seaworthy service.',
    )
  return answer
}

function toUrl(base: string, path: string): URL {
  const url = URL.canParse(base) ? new URL(base) : undefined
  if (url?.protocol !== 'http:') throw usage(`--url is "${base}"`, 'Write it like http://127.0.0.1:9091.')
  url.pathname = path
  url.search = ''
  return url
}

function ask(
  url: URL,
  maxBytes: number,
  token: string | undefined,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const credentials = token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` }
    const headers = { accept: 'application/json', ...credentials }
    const request = get(url, { agent: false, headers, signal: AbortSignal.timeout(LIMIT_MS) }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        if (body.length < maxBytes) body += chunk
      })
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    request.on('error', reject)
  })
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
