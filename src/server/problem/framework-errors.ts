import type { ProblemFacts } from './problem.ts'

/** As much as is told of one request; what is wrong with it beyond that is as wrong. */
const MAX_LISTED = 100

/** What the errors of frameworks have, as far as anything is read of it. */
interface Shape {
  readonly name?: unknown
  readonly message?: unknown
  readonly code?: unknown
  readonly status?: unknown
  readonly statusCode?: unknown
  readonly expose?: unknown
  readonly headers?: unknown
  readonly validation?: unknown
  readonly validationContext?: unknown
  readonly getStatus?: unknown
  readonly getResponse?: unknown
}

/** What an error of a framework, or of `http-errors`, means a client to get; `undefined` for any other. */
export function problemOfFramework(error: Shape): ProblemFacts | undefined {
  if (typeof error.getStatus === 'function' && typeof error.getResponse === 'function') return ofNest(error)
  const status = toStatus(error.statusCode) ?? toStatus(error.status)
  if (status === undefined) return undefined
  if (typeof error.code === 'string' && error.code.startsWith('FST_')) return ofFastify(error, status)
  if (typeof error.expose === 'boolean') {
    return error.expose ? { status, ...detailOf(error.message), headers: textHeaders(error.headers) } : { status }
  }
  if (typeof error.getResponse === 'function') return status < 500 ? { status, ...detailOf(error.message) } : { status }
  // The parameter of a route that is no URI component, as the router of Express says it: with the value in the message.
  return error instanceof URIError && status === 400 ? { status } : undefined
}

function ofNest(error: Shape): ProblemFacts | undefined {
  const status = toStatus((error as { getStatus(): unknown }).getStatus())
  if (status === undefined) return undefined
  if (status >= 500) return { status }
  const response = (error as { getResponse(): unknown }).getResponse()
  if (typeof response === 'string') return { status, ...detailOf(response) }
  if (typeof response !== 'object' || response === null) return { status, ...detailOf(error.message) }
  const { message, error: _words, statusCode: _status, ...extensions } = response as Readonly<Record<string, unknown>>
  // Its validation gives a list of sentences.
  if (Array.isArray(message)) {
    const errors = message.slice(0, MAX_LISTED).map((each) => (typeof each === 'string' ? { detail: each } : each))
    return { status, extensions: { ...extensions, errors } }
  }
  return { status, ...detailOf(message), extensions }
}

function ofFastify(error: Shape, status: number): ProblemFacts {
  if (status >= 500) return { status }
  const { validation, validationContext } = error
  if (!Array.isArray(validation)) return { status, ...detailOf(error.message) }
  const where = typeof validationContext === 'string' ? validationContext : 'request'
  const errors = validation.slice(0, MAX_LISTED).map((each: Partial<Record<string, unknown>>) => ({
    in: where,
    pointer: `#${typeof each['instancePath'] === 'string' ? each['instancePath'] : ''}`,
    ...detailOf(each['message']),
  }))
  return { status, detail: `The ${where} is not valid`, extensions: { errors } }
}

function detailOf(message: unknown): { readonly detail?: string } {
  return typeof message === 'string' && message !== '' ? { detail: message } : {}
}

function toStatus(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 400 && value <= 599 ? value : undefined
}

function textHeaders(headers: unknown): Readonly<Record<string, string>> {
  if (typeof headers !== 'object' || headers === null) return {}
  const texts: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string' || typeof value === 'number') texts[name] = String(value)
  }
  return texts
}
