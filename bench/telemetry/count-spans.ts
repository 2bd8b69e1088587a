import { gunzipSync, inflateSync } from 'node:zlib'

/** A request that came in, as it came. */
export interface Delivery {
  readonly path: string
  readonly encoding: string
  /** What an agent of Datadog is told: how many traces there are. */
  readonly traceCount: string | undefined
  readonly body: Buffer
}

const LENGTH_DELIMITED = 2
const GRPC_PREFIX = 5
const RESOURCE_SPANS = 1
const SCOPE_SPANS = 2
const SPANS = 2

/** How many spans a delivery has, whichever protocol it speaks: one for each request that was observed. */
export function countSpans({ path, encoding, traceCount, body }: Delivery): number {
  if (traceCount !== undefined) return Number(traceCount)
  if (path.endsWith('TraceService/Export')) return countSpansOfCall(body, encoding)
  const plain = decompress(body, encoding)
  if (path.endsWith('/v1/traces')) return countSpansOfRequest(plain)
  if (path.includes('/envelope')) return countOf(plain, '"is_segment":true')
  if (path.includes('/intake/')) return countOf(plain, '{"transaction":')
  return 0
}

function decompress(body: Buffer, encoding: string): Buffer {
  if (encoding === 'gzip') return gunzipSync(body)
  return encoding === 'deflate' ? inflateSync(body) : body
}

function countSpansOfCall(body: Buffer, encoding: string): number {
  let count = 0
  for (let at = 0; at + GRPC_PREFIX <= body.length;) {
    const end = at + GRPC_PREFIX + body.readUInt32BE(at + 1)
    const message = body.subarray(at + GRPC_PREFIX, end)
    count += countSpansOfRequest(body[at] === 1 ? decompress(message, encoding) : message)
    at = end
  }
  return count
}

/** Steps over all but the three levels that lead to a span. */
function countSpansOfRequest(bytes: Buffer): number {
  let spans = 0
  eachField(bytes, 0, bytes.length, RESOURCE_SPANS, (from, to) =>
    eachField(bytes, from, to, SCOPE_SPANS, (from, to) => eachField(bytes, from, to, SPANS, () => spans++)),
  )
  return spans
}

function eachField(
  bytes: Buffer,
  from: number,
  to: number,
  wanted: number,
  take: (from: number, to: number) => void,
): void {
  let at = from
  const varint = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++] ?? 0
      value += (byte % 128) * scale
      if (byte < 128) return value
    }
  }
  while (at < to) {
    const tag = varint()
    // Only messages and texts are at these three levels.
    if (tag % 8 !== LENGTH_DELIMITED) throw new Error(`a field of wire type ${tag % 8}, where only messages are`)
    const end = varint() + at
    if (Math.floor(tag / 8) === wanted) take(at, end)
    at = end
  }
}

function countOf(bytes: Buffer, text: string): number {
  let count = 0
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + text.length)) count++
  return count
}
