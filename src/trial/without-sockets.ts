import type { Facts } from './facts.ts'

/** Why no socket can be opened, in words for a user; `undefined` when one can. */
export function withoutSockets({ webSocketPath, ssePath, protocol }: Facts): string | undefined {
  if (webSocketPath === undefined && ssePath === undefined)
    return 'No WebSocket and no event stream is known; say --ws PATH or --sse PATH'
  return protocol.http1
    ? undefined
    : 'WebSockets and event streams are opened over HTTP/1.1 here, which the service does not speak'
}
