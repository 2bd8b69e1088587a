import { GROUP_NAMES } from './decode-request-json.ts'
import { encodeLogRecordJson } from './encode-log-record-json.ts'
import { encodeMetricJson } from './encode-metric-json.ts'
import { encodeSpanJson } from './encode-span-json.ts'
import { jsonAttributes, jsonList, jsonText, jsonUint32 } from './json-fields.ts'
import type { ExportRequest, Resource, Scope, Signal, SignalItem } from './model.ts'

const ENCODE_ITEM: { readonly [S in Signal]: (item: SignalItem[S]) => object } = {
  traces: encodeSpanJson,
  metrics: encodeMetricJson,
  logs: encodeLogRecordJson,
}

/**
 * Writes an `Export…ServiceRequest` in JSON, on one line: 64-bit integers as strings, ids in hexadecimal, fields with
 * their default left out. Reading it again gives an equal request, with the exceptions of `encodeRequest`.
 *
 * @throws {@link SeaworthyError} `SEA_OTLP_NOT_ENCODABLE` for an id that isn't hexadecimal of its length, a number out of
 *   its field's range, or a value nested deeper than 64
 */
export function encodeRequestJson<S extends Signal>(signal: S, request: ExportRequest<S>): string {
  const names = GROUP_NAMES[signal]
  const encodeItem: (item: SignalItem[S]) => object = ENCODE_ITEM[signal]
  return JSON.stringify({
    [names.resources]: jsonList(request, (group) => ({
      resource: encodeResourceJson(group.resource),
      [names.scopes]: jsonList(group.scopes, (scopeGroup) => ({
        scope: encodeScopeJson(scopeGroup.scope),
        [names.items]: jsonList(scopeGroup.items, encodeItem),
        schemaUrl: jsonText(scopeGroup.schemaUrl),
      })),
      schemaUrl: jsonText(group.schemaUrl),
    })),
  })
}

function encodeResourceJson(resource: Resource): object {
  return {
    attributes: jsonAttributes(resource.attributes),
    droppedAttributesCount: jsonUint32(resource.droppedAttributesCount),
  }
}

function encodeScopeJson(scope: Scope): object {
  return {
    name: jsonText(scope.name),
    version: jsonText(scope.version),
    attributes: jsonAttributes(scope.attributes),
    droppedAttributesCount: jsonUint32(scope.droppedAttributesCount),
  }
}
