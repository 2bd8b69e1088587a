import type { Server } from 'node:http'
import type { AnyHttp2Server } from '../http2-server.ts'
import type { StreamLedger } from '../http2-ledger.ts'
import type { RequestLedger } from '../request-ledger.ts'

/**
 * What stands before the handlers of servers and refuses requests that would be too much. Each call puts it before one
 * server, whose ledger has the account of what is in flight, and returns what takes it off again.
 */
export interface LoadGuard {
  guardHttp(server: Server, ledger: RequestLedger): () => void
  guardHttp2(server: AnyHttp2Server, ledger: StreamLedger): () => void
}
