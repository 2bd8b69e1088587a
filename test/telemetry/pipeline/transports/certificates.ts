import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type CertifiedKey, makeCertificate } from '../../../server/self-signed-certificate.ts'

export type Pair = CertifiedKey

/** A certificate authority, made on the spot. */
export class Authority {
  readonly folder = mkdtempSync(join(tmpdir(), 'authority-'))
  readonly certFile = join(this.folder, 'ca.pem')
  readonly cert: string
  // A name of its own: of two with one name, the wrong one would be tried and its signature found bad.
  readonly #authority = makeCertificate({ name: basename(this.folder), isAuthority: true })
  #issued = 0

  constructor() {
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }))
    this.cert = this.#authority.pem.cert
    writeFileSync(this.certFile, this.cert)
  }

  /** @param names such as `DNS:localhost` or `DNS:localhost,IP:127.0.0.1` */
  issue(names: string, until?: Date): Pair {
    const request = { name: `issued-${this.#issued++}`, altNames: names.split(','), ...(until && { until }) }
    return makeCertificate(request, this.#authority.signer).pem
  }
}
