import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'

/** Who may see details: those on this machine or with the token, everybody with access, or nobody. */
export type DetailsPolicy = 'loopback' | 'always' | 'never'

/** The token itself, or how to get it now, for a token that changes while the process runs. */
export type AdminToken = string | (() => string | undefined)

export interface AccessOptions {
  /**
   * Who may see what is not for everybody. With `loopback`, a request from this machine may, unless it came through a
   * proxy or names a foreign host. A sidecar proxy that hides both makes everybody look local: set `never` there, and a
   * token.
   *
   * @default loopback
   */
  readonly details?: DetailsPolicy | undefined
  /** Whoever sends it as `Authorization: Bearer …` may see details under any policy. @default no token */
  readonly token?: AdminToken | undefined
}

/** Decides for each request whether it may see what is not for everybody. */
export function createAccess({ details = 'loopback', token }: AccessOptions = {}): (r: IncomingMessage) => boolean {
  return (request) => {
    if (details === 'always') return true
    if (details === 'loopback' && isLocal(request)) return true
    const expected = typeof token === 'function' ? token() : token
    return expected !== undefined && expected !== '' && hasToken(request, expected)
  }
}

/** Compares digests: of equal length whatever was sent, and in a time that tells nothing about where they differ. */
function hasToken(request: IncomingMessage, expected: string): boolean {
  const match = /^bearer +(\S+) *$/i.exec(request.headers.authorization ?? '')
  return timingSafeEqual(digest(match?.[1] ?? ''), digest(expected))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

const FORWARDED = ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'] as const

function isLocal({ socket, headers }: IncomingMessage): boolean {
  if (!isLoopback(socket.remoteAddress ?? '')) return false
  if (FORWARDED.some((name) => headers[name] !== undefined)) return false
  return isLocalName(headers.host)
}

function isLoopback(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}

/** A page on a foreign name that resolves to 127.0.0.1 (DNS rebinding) is asked for by that name. */
function isLocalName(host: string | undefined): boolean {
  if (host === undefined) return true
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0
}
