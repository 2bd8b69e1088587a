import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/core/clock.ts'
import { OwnedProcess } from '../../src/process/owned-process.ts'
import { findProgram, SERVER_PATH } from '../../scripts/debian-servers.ts'
import { type Balancer, untilListening } from './balancer.ts'
import type { Replica } from './replica.ts'

/**
 * nginx whose list of upstreams is written anew and reloaded when the endpoints change, as an ingress controller does.
 * `proxy_next_upstream off` and `max_fails=0`: no request is sent twice, no replica is put aside.
 */
export class Nginx implements Balancer {
  readonly port: number
  readonly #folder = mkdtempSync(join(tmpdir(), 'seaworthy-nginx-'))
  #process: OwnedProcess | undefined

  constructor(port: number) {
    this.port = port
  }

  async start(replicas: readonly Replica[]): Promise<void> {
    for (const name of ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']) mkdirSync(join(this.#folder, name))
    this.#write(replicas)
    this.#process = await OwnedProcess.start({
      command: findProgram('nginx') ?? 'nginx',
      args: ['-p', this.#folder, '-e', join(this.#folder, 'error.log'), '-c', join(this.#folder, 'nginx.conf')],
      env: { PATH: SERVER_PATH },
      clock: systemClock,
    })
    await untilListening(this.port, 'nginx')
  }

  async setEndpoints(replicas: readonly Replica[]): Promise<void> {
    this.#write(replicas)
    this.#process?.signal('SIGHUP')
  }

  async stop(): Promise<void> {
    await this.#process?.endGroup(2000)
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #write(replicas: readonly Replica[]): void {
    const user = process.getuid?.() === 0 ? 'user root;\n' : ''
    const servers = replicas.map(({ port }) => `    server 127.0.0.1:${port} max_fails=0;`)
    writeFileSync(
      join(this.#folder, 'nginx.conf'),
      `${user}daemon off;
worker_processes 1;
pid ${this.#folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path ${this.#folder}/body;
  proxy_temp_path ${this.#folder}/proxy;
  fastcgi_temp_path ${this.#folder}/fastcgi;
  uwsgi_temp_path ${this.#folder}/uwsgi;
  scgi_temp_path ${this.#folder}/scgi;
  upstream replicas {
${servers.join('\n')}
    keepalive 32;
  }
  server {
    listen 127.0.0.1:${this.port} backlog=511;
    keepalive_timeout 65s;
    location / {
      proxy_pass http://replicas;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_next_upstream off;
    }
  }
}
`,
    )
  }
}
