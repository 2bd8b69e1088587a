import { EMPTY_LIST, NO_ATTRIBUTES } from './attribute-bag.ts'
import { decodeAttribute } from './decode-value.ts'
import { REQUEST, RESOURCE, RESOURCE_GROUP, SCOPE, SCOPE_GROUP } from './message-layout.ts'
import type { Resource, ResourceGroup, Scope, ScopeGroup } from './model.ts'
import type { ProtobufReader } from './protobuf-reader.ts'

/** Reads the item of a signal (span, metric, log record) up to `end`. */
export type DecodeItem<T> = (reader: ProtobufReader, end: number) => T

/** What a group has when its sender named no resource. */
export const NO_RESOURCE: Resource = Object.freeze({ attributes: NO_ATTRIBUTES, droppedAttributesCount: 0 })
/** What a group has when its sender named no scope. */
export const NO_SCOPE: Scope = Object.freeze({
  name: '',
  version: '',
  attributes: NO_ATTRIBUTES,
  droppedAttributesCount: 0,
})

/** Reads an `Export…ServiceRequest`: the requests of all signals have the same shape around their items. */
export function decodeGroups<T>(reader: ProtobufReader, decodeItem: DecodeItem<T>): readonly ResourceGroup<T>[] {
  const groups: ResourceGroup<T>[] = []
  const { end } = reader
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 10) groups.push(decodeResourceGroup(reader, reader.enterItem(end), decodeItem))
    else reader.skip(tag, end, REQUEST)
  }
  reader.leave(end)
  return groups
}

function decodeResourceGroup<T>(reader: ProtobufReader, end: number, decodeItem: DecodeItem<T>): ResourceGroup<T> {
  let resource = NO_RESOURCE
  let schemaUrl = ''
  const scopes: ScopeGroup<T>[] = []
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 10) resource = decodeResource(reader, reader.enter(end), resource)
    else if (tag === 18) scopes.push(decodeScopeGroup(reader, reader.enterItem(end), decodeItem))
    else if (tag === 26) schemaUrl = reader.text(end)
    else reader.skip(tag, end, RESOURCE_GROUP)
  }
  reader.leave(end)
  return { resource, schemaUrl, scopes: scopes.length === 0 ? EMPTY_LIST : scopes }
}

function decodeScopeGroup<T>(reader: ProtobufReader, end: number, decodeItem: DecodeItem<T>): ScopeGroup<T> {
  let scope = NO_SCOPE
  let schemaUrl = ''
  const items: T[] = []
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 10) scope = decodeScope(reader, reader.enter(end), scope)
    else if (tag === 18) items.push(decodeItem(reader, reader.enterItem(end)))
    else if (tag === 26) schemaUrl = reader.text(end)
    else reader.skip(tag, end, SCOPE_GROUP)
  }
  reader.leave(end)
  return { scope, schemaUrl, items: items.length === 0 ? EMPTY_LIST : items }
}

function decodeResource(reader: ProtobufReader, end: number, before: Resource): Resource {
  let { attributes, droppedAttributesCount } = before
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 10) attributes = decodeAttribute(reader, end, attributes)
    else if (tag === 16) droppedAttributesCount = reader.uint32()
    else reader.skip(tag, end, RESOURCE)
  }
  reader.leave(end)
  return { attributes, droppedAttributesCount }
}

function decodeScope(reader: ProtobufReader, end: number, before: Scope): Scope {
  let { name, version, attributes, droppedAttributesCount } = before
  while (reader.position < end) {
    const tag = reader.tag()
    if (tag === 10) name = reader.text(end)
    else if (tag === 18) version = reader.text(end)
    else if (tag === 26) attributes = decodeAttribute(reader, end, attributes)
    else if (tag === 32) droppedAttributesCount = reader.uint32()
    else reader.skip(tag, end, SCOPE)
  }
  reader.leave(end)
  return { name, version, attributes, droppedAttributesCount }
}
