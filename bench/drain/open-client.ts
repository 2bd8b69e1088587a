import { RawHttp2Connection } from '../../src/load/http2-client.ts'
import { Http2Sender } from '../../src/load/http2-sender.ts'
import { RawConnection } from '../../src/load/raw-client.ts'
import type { RawConnectionOptions } from '../../src/load/raw-connection-options.ts'
import { RawGrpcConnection } from '../../src/load/raw-grpc-connection.ts'
import type { KeptConnection } from '../../src/load/steady-client.ts'
import type { Kind } from './variants.ts'

const GRPC_METHOD = '/bench.Work/Wait'

export function isHttp2(kind: Kind): boolean {
  return kind === 'h2c' || kind === 'h2' || kind === 'grpc'
}

/** A connection that speaks what the service speaks; its certificate is of its own making. */
export function openClient(kind: Kind, where: RawConnectionOptions): KeptConnection {
  const tls = { rejectUnauthorized: false }
  switch (kind) {
    case 'http':
      return new RawConnection(where)
    case 'https':
      return new RawConnection({ ...where, tls })
    case 'h2c':
      return new Http2Sender(() => new RawHttp2Connection(where))
    case 'h2':
      return new Http2Sender(() => new RawHttp2Connection({ ...where, tls }))
    case 'grpc':
      return toCaller(new RawGrpcConnection(where))
  }
}

/** `/wait/15` as a call: the one method, with the milliseconds as its message. */
function toCaller(connection: RawGrpcConnection): KeptConnection {
  return {
    get isUsable() {
      return connection.isUsable
    },
    request: ({ path, ...request }) =>
      connection.request({ ...request, path: GRPC_METHOD, body: path.slice(path.lastIndexOf('/') + 1) }),
    close: () => connection.close(),
  }
}
