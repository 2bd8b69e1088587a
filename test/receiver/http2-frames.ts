/** Frames of HTTP/2 made by hand, for what no client library would send. */

export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
export const EMPTY_SETTINGS = http2Frame(4, 0, 0, Buffer.alloc(0))

export function http2Frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.byteLength, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(streamId, 5)
  return Buffer.concat([head, payload])
}

/** HEADERS of a POST, complete, on a stream that stays open. */
export function postHeaders(streamId: number, path: string, contentType: string): Buffer {
  const headers = {
    ':method': 'POST',
    ':scheme': 'http',
    ':path': path,
    ':authority': 'x',
    'content-type': contentType,
  }
  return http2Frame(
    1,
    0x4,
    streamId,
    Buffer.concat(Object.entries(headers).map(([name, value]) => literal(name, value))),
  )
}

export function data(streamId: number, payload: Uint8Array, { end = false } = {}): Buffer {
  return http2Frame(0, end ? 1 : 0, streamId, payload)
}

export function resetStream(streamId: number, code: number): Buffer {
  const payload = Buffer.alloc(4)
  payload.writeUInt32BE(code)
  return http2Frame(3, 0, streamId, payload)
}

/** A header field of HPACK in its plainest form. Names and values are shorter than 127 bytes. */
function literal(name: string, value: string): Buffer {
  return Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ])
}
