import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CheckReport, HealthReport } from './health-report.ts'

/** How much {@link HealthChecker.handler} tells, and whom. */
export interface HealthHandlerOptions {
  /**
   * Whether the answer says why a check is not healthy, and how old its result is. Messages of errors name hosts and
   * users, so only for those who may know: a function decides by the request.
   *
   * @default false
   */
  readonly details?: boolean | ((request: IncomingMessage) => boolean)
}

/** Answers one request from `current`: 200, 503, or 405 for methods other than GET and HEAD. */
export async function answerHealth(
  request: IncomingMessage,
  response: ServerResponse,
  current: () => HealthReport | Promise<HealthReport>,
  mayKnow: (request: IncomingMessage) => boolean,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    send(response, { status: 405, headers: { allow: 'GET, HEAD' }, body: '' })
    return
  }
  const report = await current()
  const body = toHealthJson(report, { details: mayKnow(request) })
  const status = report.status === 'unhealthy' ? 503 : 200
  send(response, { status, headers: { 'content-type': 'application/json' }, body })
}

/** The report as the body of an answer; the reasons only with `details`. */
export function toHealthJson(report: HealthReport, options: { readonly details: boolean }): string {
  const checks = Object.entries(report.checks).map(
    ([name, check]) => [name, toCheckJson(check, options.details)] as const,
  )
  return JSON.stringify({ status: report.status, timestamp: report.timestamp, checks: Object.fromEntries(checks) })
}

function toCheckJson(check: CheckReport, details: boolean): object {
  const latency = check.latencyMs === undefined ? {} : { latency: `${round(check.latencyMs)}ms` }
  if (!details) return { status: check.status, ...latency }
  return {
    status: check.status,
    ...(check.message === undefined ? {} : { message: check.message }),
    ...latency,
    critical: check.critical,
    ...(check.ageMs === undefined ? {} : { ageMs: Math.round(check.ageMs) }),
  }
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, {
    ...headers,
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(body),
  })
  // To a HEAD request, Node sends the headers and leaves the body out.
  response.end(body)
}
