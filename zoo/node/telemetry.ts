import type { IncomingMessage, ServerResponse } from 'node:http'

/** What an animal says of itself. */
export interface Telemetry {
  /** Around the answer to a request: a span of the server, and a measurement. */
  serve(request: IncomingMessage, response: ServerResponse, handle: () => Promise<void>): Promise<void>
  /** Around a request to a dependency; `headers` carry the context on. */
  ask<T>(call: (headers: Record<string, string>) => Promise<T>): Promise<T>
  /** Of the request that is being answered. */
  traceId(): string | undefined
  /** Ends what is being answered, by this error. */
  fail(error: Error): void
  /** Sends what is left; never throws, and takes no longer. */
  stop(limitMs: number): Promise<void>
}

export const NO_TELEMETRY: Telemetry = {
  serve: async (_request, response, handle) => {
    try {
      await handle()
    } catch {
      if (!response.headersSent) response.writeHead(503).end('not now\n')
    }
  },
  ask: async (call) => call({}),
  traceId: () => undefined,
  fail: () => {},
  stop: async () => {},
}
