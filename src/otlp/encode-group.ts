import { encodeAttributes } from './encode-value.ts'
import type { Resource, ResourceGroup, Scope } from './model.ts'
import type { ProtobufWriter } from './protobuf-writer.ts'

/** Writes the fields of an item of a signal (span, metric, log record). */
export type EncodeItem<T> = (writer: ProtobufWriter, item: T) => void

/** Writes an `Export…ServiceRequest`: the requests of all signals have the same shape around their items. */
export function encodeGroups<T>(
  writer: ProtobufWriter,
  groups: readonly ResourceGroup<T>[],
  encodeItem: EncodeItem<T>,
): void {
  for (const group of groups) {
    const groupStart = writer.open(10)
    encodeResource(writer, group.resource)
    for (const scopeGroup of group.scopes) {
      const scopeStart = writer.open(18)
      encodeScope(writer, scopeGroup.scope)
      for (const item of scopeGroup.items) {
        const itemStart = writer.open(18)
        encodeItem(writer, item)
        writer.close(itemStart)
      }
      writer.text(26, scopeGroup.schemaUrl)
      writer.close(scopeStart)
    }
    writer.text(26, group.schemaUrl)
    writer.close(groupStart)
  }
}

function encodeResource(writer: ProtobufWriter, resource: Resource): void {
  const start = writer.open(10)
  encodeAttributes(writer, 10, resource.attributes)
  writer.uint32(16, resource.droppedAttributesCount)
  writer.close(start)
}

function encodeScope(writer: ProtobufWriter, scope: Scope): void {
  const start = writer.open(10)
  writer.text(10, scope.name)
  writer.text(18, scope.version)
  encodeAttributes(writer, 26, scope.attributes)
  writer.uint32(32, scope.droppedAttributesCount)
  writer.close(start)
}
