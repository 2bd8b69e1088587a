import type { X509Certificate } from 'node:crypto'

const MAX_BYTES = 1_048_576
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** All certificates of a PEM file; what else is in it, such as a key, is not looked at. */
export async function certificatesInFile(path: string, signal: AbortSignal): Promise<readonly X509Certificate[]> {
  const { readFile, stat } = process.getBuiltinModule('node:fs').promises
  const { X509Certificate: Certificate } = process.getBuiltinModule('node:crypto')
  const { size } = await stat(path)
  // Not an error of its own: a file of that size holds none.
  if (size > MAX_BYTES) return []
  const text = await readFile(path, { encoding: 'latin1', signal })
  return (text.match(CERTIFICATE) ?? []).map((pem) => new Certificate(pem))
}
