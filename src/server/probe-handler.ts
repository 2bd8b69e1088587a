import type { IncomingMessage, ServerResponse } from 'node:http'

import type { ProbeSource } from '../health/probe-source.ts'
import { createAccess, type AccessOptions } from './private-access.ts'
import { parseTarget } from './request-name.ts'
import { sendAnswer } from './send-answer.ts'

/** Answers a request when it is for a probe; false means that it is not, and that nothing was done. */
export type ProbeHandler = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * Answers the probes of `probes` on any server: 200 or 503 for GET and HEAD, 405 for other methods. The query is ignored
 * but for `verbose` and `format`. Never throws.
 */
export function probeHandler(probes: ProbeSource, options: AccessOptions = {}): ProbeHandler {
  const mayKnow = createAccess(options)
  return (request, response) => {
    const { path, query } = parseTarget(request.url)
    const answer = probes.answer(path, {
      details: mayKnow(request),
      verbose: query.has('verbose'),
      format: query.get('format') ?? undefined,
      accept: request.headers.accept,
    })
    if (answer === undefined) return false
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      sendAnswer(request, response, { status: 405, headers: { allow: 'GET, HEAD' } })
      return true
    }
    const { status, contentType, body, headers } = answer
    sendAnswer(request, response, { status, headers: { ...headers, 'content-type': contentType }, body })
    return true
  }
}
