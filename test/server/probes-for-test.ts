import type { ProbeAnswer, ProbeRequest, ProbeSource } from '../../src/health/probe-source.ts'

export interface TestProbes extends ProbeSource {
  /** What `/readyz` answers. */
  ready: boolean
  /** How probes were asked, in order. */
  readonly asked: ProbeRequest[]
}

/** Probes with an answer that shows what they were told of the asker. */
export function probesForTest(): TestProbes {
  const asked: ProbeRequest[] = []
  return {
    ready: true,
    asked,
    answer(path, request): ProbeAnswer | undefined {
      if (path !== '/livez' && path !== '/readyz') return undefined
      asked.push(request)
      const status = path === '/livez' || this.ready ? 200 : 503
      const body = request.details ? 'database at db.internal: ok' : 'ok'
      return { status, contentType: 'text/plain', body, headers: { 'x-probe': path } }
    },
  }
}
