import type { AdminRequest } from '../../server/admin-route.ts'
import type { Answer } from '../../server/send-answer.ts'

/** The same as JSON for programs, or as text for people: who asks for text, by `Accept` or `?format=text`, and curl. */
export function jsonOrText(request: AdminRequest, value: unknown, toText: () => string): Answer {
  return wantsText(request)
    ? { status: 200, body: `${toText()}\n` }
    : { status: 200, headers: { 'content-type': 'application/json' }, body: `${toJson(value)}\n` }
}

/** JSON of what a configuration may hold: a bigint is its digits. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item))
}

function wantsText({ headers, query }: AdminRequest): boolean {
  const format = query.get('format')
  if (format !== null) return format === 'text'
  const { accept = '*/*' } = headers
  if (accept.includes('json')) return false
  return accept.includes('text/plain') || (accept === '*/*' && headers['user-agent']?.startsWith('curl/') === true)
}
