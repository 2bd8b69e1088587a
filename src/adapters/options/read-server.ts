import { describeKind, isServer, type OptionReader } from './runtime-checks.ts'

/** Reads `server` of an `attach`. */
export function readServer(read: OptionReader): void {
  const server = read.value('server')
  if (server !== undefined && !isServer(server))
    read.problem(`"server" must be a server of Node, such as listen() returns, got ${describeKind(server)}`)
}
