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

/** What proxies add: nginx and others by the names of these, Envoy and so Istio, and Linkerd, by names of their own. */
const ADDED_BY_PROXIES = /^(?:forwarded$|via$|x-forwarded-|x-real-ip$|x-envoy-|l5d-)/

function isLocal({ socket, headers }: IncomingMessage): boolean {
  if (!isThisMachine(socket.remoteAddress ?? '')) return false
  if (Object.keys(headers).some((name) => ADDED_BY_PROXIES.test(name))) return false
  return isLocalName(headers.host)
}

/**
 * Exactly the addresses that a connection to this machine comes from. Others of 127.0.0.0/8 are somebody's choice: the
 * sidecar of Istio hands on what comes from other pods from 127.0.0.6.
 */
function isThisMachine(address: string): boolean {
  return address === '127.0.0.1' || address === '::1' || address === '::ffff:127.0.0.1'
}

/**
 * A page on a foreign name that resolves to 127.0.0.1 (DNS rebinding) is asked for by that name, and what a sidecar hands
 * on by the name or the address of the pod.
 */
function isLocalName(host: string | undefined): boolean {
  if (host === undefined) return true
  const name = host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  return name === '::1' || name === '::' || name === '0.0.0.0' || (isIP(name) === 4 && name.startsWith('127.'))
}
