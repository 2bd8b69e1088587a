import type { Clock } from '../../../core/clock.ts'
import { decodeRequest } from '../../../otlp/decode-request.ts'
import { encodeRequestJson } from '../../../otlp/encode-request-json.ts'
import type { Signal } from '../../../otlp/model.ts'
import { TurnSlices } from '../../metrics/turn-slices.ts'

/**
 * The same request in JSON, for collectors that take nothing else. Everything is encoded in protobuf, once, where it ends;
 * this reads it again for each attempt, chunk by chunk, in slices, so that requests of the service get their turn in
 * between.
 *
 * @param body chunks that are each a whole message
 * @see https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export async function jsonBody(
  signal: Signal,
  body: readonly Uint8Array[],
  clock: Clock,
): Promise<readonly Uint8Array[]> {
  const turns = new TurnSlices(clock)
  let start = ''
  let end = ''
  const pieces: Uint8Array[] = []
  for (const chunk of body) {
    const text = encodeRequestJson(signal, decodeRequest(signal, chunk))
    const [from, to] = [text.indexOf('[') + 1, text.lastIndexOf(']')]
    // A chunk with nothing in it is an object without a list.
    if (from === 0) continue
    pieces.push(Buffer.from((start === '' ? text.slice(0, from) : ',') + text.slice(from, to)))
    start = text.slice(0, from)
    end = text.slice(to)
    if (turns.isOver) await turns.next()
  }
  return [...pieces, Buffer.from(start === '' ? '{}' : end)]
}
