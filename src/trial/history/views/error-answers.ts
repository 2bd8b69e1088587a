import type { RequestEvent } from '../client-events.ts'
import { eventsOf, type Lifetime } from '../lifetime.ts'
import { outagesOf } from './fault-windows.ts'

/** An answer of 400 or above. */
export interface ErrorAnswer {
  readonly lifetime: Lifetime
  readonly request: RequestEvent
  /** What it says, without what the client had sent itself; absent where it was not kept. */
  readonly body?: string
  /** Whether a dependency was away when it was given. */
  readonly isInOutage: boolean
}

/** Every answer that says no. An empty body counts: it is the one that says nothing too much. */
export function errorAnswers(lifetime: Lifetime): ErrorAnswer[] {
  const outages = outagesOf(lifetime)
  return eventsOf(lifetime, 'request')
    .filter(({ outcome, status = 0 }) => outcome === 'answered' && status >= 400)
    .map((request) => {
      const body = request.bodyBytes === 0 ? '' : request.body
      return {
        lifetime,
        request,
        isInOutage: outages.some(({ from, to }) => request.at >= from && request.startedAt <= to),
        ...(body !== undefined && { body: withoutEcho(body, request.path) }),
      }
    })
}

/** Many services say which path they do not know: that is no secret of theirs. */
function withoutEcho(body: string, path: string): string {
  const whole = [path, path.split('?', 1)[0] ?? path]
  const echoed = whole
    .flatMap((text) => [text, decoded(text), text.replaceAll('&', '&amp;'), text.replaceAll('/', String.raw`\/`)])
    .filter((text) => text.length > 1)
  return echoed.reduce((rest, text) => rest.replaceAll(text, ''), body)
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
