/** By what `Object.prototype.toString` calls them, which is the same for those of Node and of undici from npm. */
const REPLAYABLE = new Set([
  'Blob',
  'File',
  'FormData',
  'URLSearchParams',
  'ArrayBuffer',
  'SharedArrayBuffer',
  'String',
])

/** Whether the body of a request can be sent again: no stream, nothing that is iterated over. */
export function isReplayableBody(body: unknown): boolean {
  if (body === null || body === undefined || typeof body === 'string' || ArrayBuffer.isView(body)) return true
  return REPLAYABLE.has(Object.prototype.toString.call(body).slice('[object '.length, -1))
}
