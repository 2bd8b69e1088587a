import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/core/clock.ts'
import { OwnedProcess } from '../../src/process/owned-process.ts'
import { findProgram, SERVER_PATH } from '../../scripts/debian-servers.ts'
import { type Balancer, untilListening } from './balancer.ts'
import type { Replica } from './replica.ts'

/**
 * HAProxy with health checks of its own: it learns by `/readyz` that a replica goes, `lagMs` after it says so at the
 * latest. Retries and redispatch are off, so that nothing is hidden.
 */
export class Haproxy implements Balancer {
  readonly port: number
  readonly #lagMs: number
  readonly #folder = mkdtempSync(join(tmpdir(), 'seaworthy-haproxy-'))
  #process: OwnedProcess | undefined

  constructor(port: number, lagMs: number) {
    this.port = port
    this.#lagMs = lagMs
  }

  async start(replicas: readonly Replica[]): Promise<void> {
    const file = join(this.#folder, 'haproxy.cfg')
    writeFileSync(file, this.#configuration(replicas))
    this.#process = await OwnedProcess.start({
      command: findProgram('haproxy') ?? 'haproxy',
      args: ['-db', '-f', file],
      env: { PATH: SERVER_PATH },
      clock: systemClock,
    })
    await untilListening(this.port, 'HAProxy')
  }

  /** It finds out by itself. */
  async setEndpoints(): Promise<void> {}

  async stop(): Promise<void> {
    await this.#process?.endGroup(2000)
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #configuration(replicas: readonly Replica[]): string {
    const interMs = Math.max(200, this.#lagMs)
    const servers = replicas.map(
      ({ port, adminPort }, index) => `  server r${index} 127.0.0.1:${port} check port ${adminPort}`,
    )
    return `global
  maxconn 1000
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 30s
  timeout check 1s
  retries 0
  no option redispatch
  option http-keep-alive
frontend in
  bind 127.0.0.1:${this.port}
  default_backend replicas
backend replicas
  balance roundrobin
  http-reuse safe
  option httpchk GET /readyz
  default-server inter ${interMs} fastinter ${interMs} downinter 200 fall 1 rise 1
${servers.join('\n')}
`
  }
}
