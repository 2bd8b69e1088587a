import type { ClientHttp2Session } from 'node:http2'

/** By the names of these symbols one knows what Node keeps of the URL that a session was made for; it tells in no other way. */
const AUTHORITY = 'authority'
const PROTOCOL = 'protocol'
/** And by this one a session of undici, whose requests its own channels tell of. */
const OPEN_STREAMS = 'open streams'

/** What does not change while a session lives. */
export interface Http2SessionFacts {
  readonly scheme: string
  /** With its port; what requests say that say nothing else. */
  readonly authority: string
  readonly isUndici: boolean
}

const known = new WeakMap<ClientHttp2Session, Http2SessionFacts>()

export function factsOf(session: ClientHttp2Session): Http2SessionFacts {
  let facts = known.get(session)
  if (facts === undefined) {
    facts = readFacts(session)
    known.set(session, facts)
  }
  return facts
}

function readFacts(session: ClientHttp2Session): Http2SessionFacts {
  const named = new Map<string | undefined, unknown>()
  for (const symbol of Object.getOwnPropertySymbols(session)) {
    named.set(symbol.description, Reflect.get(session, symbol))
  }
  const authority = named.get(AUTHORITY)
  return {
    scheme: named.get(PROTOCOL) === 'http:' ? 'http' : 'https',
    authority: typeof authority === 'string' ? bracketed(authority) : 'localhost',
    isUndici: named.has(OPEN_STREAMS),
  }
}

/** `[::1]:8080` of `::1:8080`, as Node has it. */
function bracketed(authority: string): string {
  const colon = authority.lastIndexOf(':')
  const host = authority.slice(0, colon)
  return host.includes(':') && !host.startsWith('[') ? `[${host}]${authority.slice(colon)}` : authority
}
