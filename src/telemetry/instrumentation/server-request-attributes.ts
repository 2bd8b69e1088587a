import { ProtobufWriter } from '../../otlp/protobuf-writer.ts'
import type { DeferredAttributes } from '../trace/deferred-attributes.ts'
import { ATTR } from './attribute-names.ts'
import type { RequestTemplate } from './request-template.ts'
import { splitTarget } from './url-redaction.ts'

/** Of an attribute in a span. @see opentelemetry/proto/trace/v1/trace.proto */
const ATTRIBUTE = 74

/** Scheme and authority of an absolute target, or all up to the last @ of something else. */
const AUTHORITY = /^(?:[^/?#]*:)?\/\/[^/?#]*|^[^/?#]*@/

/** Statuses whose attribute is kept encoded. A service answers with some dozens. */
const MAX_STATUSES = 100
const STATUS_BYTES = 64

const statuses = new Map<number, Uint8Array>()

type Put = (key: string, value: unknown) => void

/**
 * The attributes of a request to a server, as what they are made of: most requests leave no span, and of those that do
 * nobody looks at the attributes before they go out. The target is kept as it was when the request came; routers write
 * something else there.
 */
export class ServerRequestAttributes implements DeferredAttributes {
  readonly #template: RequestTemplate
  readonly #target: string
  #route: string | undefined = undefined
  #status = 0

  constructor(template: RequestTemplate, target: string) {
    this.#template = template
    this.#target = target
  }

  set route(route: string) {
    this.#route = route
  }

  /** 0 as long as there is none. */
  set status(status: number) {
    this.#status = status
  }

  get count(): number {
    let count = this.#template.count + 1
    if (this.#target.includes('?') && splitTarget(originForm(this.#target)).query !== '') count++
    if (this.#route !== undefined) count++
    if (this.#status !== 0) count++
    return count
  }

  has(key: string): boolean {
    if (key === ATTR.urlPath) return true
    if (key === ATTR.urlQuery) return splitTarget(originForm(this.#target)).query !== ''
    if (key === ATTR.httpRoute) return this.#route !== undefined
    if (key === ATTR.httpResponseStatusCode) return this.#status !== 0
    return this.#template.has(key)
  }

  fill(put: Put): void {
    this.#template.fill(put)
    const { path, query } = splitTarget(originForm(this.#target))
    put(ATTR.urlPath, path)
    if (query !== '') put(ATTR.urlQuery, query)
    if (this.#route !== undefined) put(ATTR.httpRoute, this.#route)
    if (this.#status !== 0) put(ATTR.httpResponseStatusCode, this.#status)
  }

  encode(writer: ProtobufWriter): void {
    const template = this.#template
    const target = this.#target
    const isPlain = isPlainPath(target)
    const isWritten = isPlain && writer.rawAndText(template.encodedWithPath, ATTR.urlPath.length, target)
    if (!isWritten) writer.raw(template.encoded)
    if (isPlain) {
      if (!isWritten) writer.textPair(ATTRIBUTE, ATTR.urlPath, target)
    } else {
      const { path, query } = splitTarget(originForm(target))
      writer.textPair(ATTRIBUTE, ATTR.urlPath, path)
      if (query !== '') writer.textPair(ATTRIBUTE, ATTR.urlQuery, query)
    }
    if (this.#route !== undefined) writer.textPair(ATTRIBUTE, ATTR.httpRoute, this.#route)
    if (this.#status !== 0) encodeStatus(writer, this.#status)
  }
}

function encodeStatus(writer: ProtobufWriter, status: number): void {
  const known = statuses.get(status)
  if (known !== undefined) return writer.raw(known)
  writer.numberPair(ATTRIBUTE, ATTR.httpResponseStatusCode, status)
  if (statuses.size === MAX_STATUSES) return
  const one = new ProtobufWriter(STATUS_BYTES)
  one.numberPair(ATTRIBUTE, ATTR.httpResponseStatusCode, status)
  statuses.set(status, one.finish())
}

function isPlainPath(target: string): boolean {
  return target.startsWith('/') && !target.includes('?') && !target.includes('#')
}

/** `/a?b` of what a client sends to a proxy as `http://user:secret@host/a?b`. */
function originForm(target: string): string {
  if (target.startsWith('/') || target === '*') return target
  const url = URL.parse(target)
  if (url !== null && url.host !== '') return `${url.pathname}${url.search}`
  // No URL at all: without what may hold a user and a password, that is whatever lies before the path.
  const authority = AUTHORITY.exec(target)
  return authority === null ? target : target.slice(authority[0].length)
}
