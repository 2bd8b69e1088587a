import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export interface Pair {
  readonly cert: string
  readonly key: string
}

/** A certificate authority, made on the spot with the openssl of the machine. */
export class Authority {
  readonly folder = mkdtempSync(join(tmpdir(), 'authority-'))
  readonly certFile = join(this.folder, 'ca.pem')
  readonly cert: string
  #issued = 0

  constructor() {
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }))
    this.#run(
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '10'],
      ['-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test authority'],
    )
    this.cert = readFileSync(this.certFile, 'utf8')
  }

  /** @param names such as `DNS:localhost` or `IP:127.0.0.1` */
  issue(names: string, dates: readonly string[] = ['-days', '5']): Pair {
    const name = `issued-${this.#issued++}`
    writeFileSync(join(this.folder, `${name}.ext`), `subjectAltName=${names}\n`)
    this.#run(
      ['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ['-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`],
    )
    this.#run(
      ['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
      ['-out', `${name}.pem`, '-extfile', `${name}.ext`, ...dates],
    )
    const read = (suffix: string): string => readFileSync(join(this.folder, `${name}.${suffix}`), 'utf8')
    return { cert: read('pem'), key: read('key') }
  }

  #run(...args: readonly (readonly string[])[]): void {
    execFileSync('openssl', args.flat(), { cwd: this.folder, stdio: 'pipe', timeout: 20_000 })
  }
}
