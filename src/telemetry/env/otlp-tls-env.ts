import { readFileSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import type { EnvReader } from '../../core/env-reader.ts'
import type { OtlpNames } from './otlp-names.ts'

/** PEM texts. */
export interface OtlpTls {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

/** Reads the files of certificates and keys, and makes sure that TLS takes them. */
export function readTls(read: EnvReader, names: OtlpNames): OtlpTls {
  const ca = readPem(read, names.set('CERTIFICATE'))
  const certName = names.set('CLIENT_CERTIFICATE')
  const keyName = names.set('CLIENT_KEY')
  if ((certName === undefined) !== (keyName === undefined)) {
    const missing = certName === undefined ? names.general('CLIENT_CERTIFICATE') : names.general('CLIENT_KEY')
    read.problem(`${certName ?? keyName} is set without ${missing}: a client needs both`)
  }
  const cert = readPem(read, certName)
  const key = readPem(read, keyName)
  const tls = {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  }
  if (Object.keys(tls).length === 0) return tls
  try {
    createSecureContext(tls)
  } catch (error) {
    const given = [names.set('CERTIFICATE'), certName, keyName].filter((name) => name !== undefined)
    read.problem(
      `TLS does not take what ${given.join(', ')} hold (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`,
    )
  }
  return tls
}

function readPem(read: EnvReader, name: string | undefined): Buffer | undefined {
  if (name === undefined) return undefined
  try {
    return readFileSync(read.text(name) ?? '')
  } catch (error) {
    read.problem(`${name} names a file that cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`)
    return undefined
  }
}
