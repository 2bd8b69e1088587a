import { NO_RESOURCE, NO_SCOPE } from './decode-group.ts'
import { decodeAttributesJson } from './decode-value-json.ts'
import type { JsonObject, JsonReader } from './json-reader.ts'
import type { Resource, ResourceGroup, Scope } from './model.ts'

/** The names of the lists in a request of one signal. */
export interface GroupNames {
  readonly resources: string
  readonly scopes: string
  readonly items: string
}

/** Reads an `Export…ServiceRequest` from its JSON object. */
export function decodeGroupsJson<T>(
  reader: JsonReader,
  request: JsonObject,
  names: GroupNames,
  decodeItem: (reader: JsonReader, object: JsonObject) => T,
): readonly ResourceGroup<T>[] {
  return reader.items(request, names.resources, (_, group) => ({
    resource: reader.object(group, 'resource', decodeResourceJson, NO_RESOURCE),
    schemaUrl: reader.text(group, 'schemaUrl'),
    scopes: reader.items(group, names.scopes, (_, scopeGroup) => ({
      scope: reader.object(scopeGroup, 'scope', decodeScopeJson, NO_SCOPE),
      schemaUrl: reader.text(scopeGroup, 'schemaUrl'),
      items: reader.items(scopeGroup, names.items, decodeItem),
    })),
  }))
}

function decodeResourceJson(reader: JsonReader, object: JsonObject): Resource {
  return {
    attributes: decodeAttributesJson(reader, object, 'attributes'),
    droppedAttributesCount: reader.uint32(object, 'droppedAttributesCount'),
  }
}

function decodeScopeJson(reader: JsonReader, object: JsonObject): Scope {
  return {
    name: reader.text(object, 'name'),
    version: reader.text(object, 'version'),
    attributes: decodeAttributesJson(reader, object, 'attributes'),
    droppedAttributesCount: reader.uint32(object, 'droppedAttributesCount'),
  }
}
