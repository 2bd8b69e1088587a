import { get } from 'node:http'
import type { BudgetExplanation } from '../lifecycle/budget-explanation.ts'
import { usage } from './parse-arguments.ts'

const LIMIT_MS = 5000
/** Many times the answer of any service. */
const MAX_BODY_BYTES = 65_536
const PATH = '/-/budget'

/**
 * Asks the admin port of a running service for its budget.
 *
 * @throws {@link SeaworthyError} `SEA_CLI_USAGE` when it does not answer, does not want to, or is none of ours
 */
export async function askBudget(base: string, token: string | undefined): Promise<BudgetExplanation> {
  const url = toUrl(base)
  const { status, body } = await ask(url, token).catch((error: unknown) => {
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
  const explanation = status === 200 ? parse(body) : undefined
  if (explanation === undefined)
    throw usage(`${url.href} answered ${status} and no budget`, 'Give --url the admin port of a Seaworthy service.')
  return explanation
}

function toUrl(base: string): URL {
  const url = URL.canParse(base) ? new URL(base) : undefined
  if (url?.protocol !== 'http:') throw usage(`--url is "${base}"`, 'Write it like http://127.0.0.1:9091.')
  url.pathname = PATH
  url.search = ''
  return url
}

function ask(url: URL, token: string | undefined): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const headers = token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` }
    const request = get(url, { agent: false, headers, signal: AbortSignal.timeout(LIMIT_MS) }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        if (body.length < MAX_BODY_BYTES) body += chunk
      })
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    request.on('error', reject)
  })
}

function parse(body: string): BudgetExplanation | undefined {
  try {
    const value = JSON.parse(body) as Partial<BudgetExplanation> | null
    const isOurs = typeof value?.fits === 'boolean' && Array.isArray(value.lines) && Array.isArray(value.advice)
    return isOurs ? (value as BudgetExplanation) : undefined
  } catch {
    return undefined
  }
}
