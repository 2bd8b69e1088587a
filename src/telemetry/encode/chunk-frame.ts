import { Buffer } from 'node:buffer'
import { encodeAttributes } from '../../otlp/encode-value.ts'
import type { Attributes } from '../../otlp/model.ts'
import { ProtobufWriter } from '../../otlp/protobuf-writer.ts'
import { varintSize, writeVarint } from '../../otlp/wire-bytes.ts'

/** What the items of a chunk have in common, whatever the signal: who sends them. */
export interface ChunkResource {
  readonly attributes: Attributes
  /** Of the semantic conventions that the attributes follow. */
  readonly schemaUrl?: string | undefined
}

/** What made the items. Attributes are those of the API; what OTLP cannot hold of them is left out. */
export interface InstrumentationScope {
  readonly name: string
  readonly version?: string | undefined
  readonly schemaUrl?: string | undefined
  readonly attributes?: Readonly<Record<string, unknown>> | undefined
}

const TAG_GROUP = 0x0a
const TAG_SCOPE_GROUP = 0x12

/** Writes what comes before the scope groups in `ResourceSpans`, `ResourceMetrics` and `ResourceLogs`, alike in all. */
export function encodeResourceHead(resource: ChunkResource): Uint8Array {
  const writer = new ProtobufWriter()
  const start = writer.open(10)
  encodeAttributes(writer, 10, resource.attributes)
  writer.close(start)
  writer.text(26, resource.schemaUrl ?? '')
  return writer.finish()
}

/** Writes what comes before the items in `ScopeSpans`, `ScopeMetrics` and `ScopeLogs`, alike in all. */
export function encodeScopeHead(scope: InstrumentationScope): Uint8Array {
  const writer = new ProtobufWriter()
  const start = writer.open(10)
  writer.text(10, scope.name)
  writer.text(18, scope.version ?? '')
  encodeScopeAttributes(writer, scope.attributes ?? {})
  writer.close(start)
  writer.text(26, scope.schemaUrl ?? '')
  return writer.finish()
}

function encodeScopeAttributes(writer: ProtobufWriter, attributes: Readonly<Record<string, unknown>>): void {
  let dropped = 0
  for (const [key, value] of Object.entries(attributes)) {
    const start = writer.position
    try {
      encodeAttributes(writer, 26, { [key]: value } as Attributes)
    } catch {
      writer.rewind(start)
      dropped++
    }
  }
  writer.uint32(32, dropped)
}

/**
 * Lays items out as one whole field 1 of an export request: the resource, one scope, and the items in the first
 * `end` bytes of `writer`. The bytes are exact in size and belong to nobody else.
 */
export function frameChunk(
  resourceHead: Uint8Array,
  scopeHead: Uint8Array,
  writer: ProtobufWriter,
  end: number,
): Uint8Array {
  const scopeLength = scopeHead.length + end
  const groupLength = resourceHead.length + 1 + varintSize(scopeLength) + scopeLength
  // Not cleared before it is written: each byte is. A buffer of its own, not a part of Node's pool.
  const bytes = Buffer.allocUnsafeSlow(1 + varintSize(groupLength) + groupLength)
  let at = writeHead(bytes, 0, TAG_GROUP, groupLength)
  bytes.set(resourceHead, at)
  at = writeHead(bytes, at + resourceHead.length, TAG_SCOPE_GROUP, scopeLength)
  bytes.set(scopeHead, at)
  writer.copyTo(bytes, at + scopeHead.length, 0, end)
  return bytes
}

function writeHead(bytes: Uint8Array, at: number, tag: number, length: number): number {
  bytes[at] = tag
  return writeVarint(bytes, at + 1, length)
}
