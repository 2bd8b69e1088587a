import { gzipSync } from 'node:zlib'

/** A value as JSON, gzip and base64: letters, digits, `+`, `/` and `=` only, so that it can stand in any markup. */
export function packData(value: unknown): string {
  return gzipSync(JSON.stringify(value), { level: 9 }).toString('base64')
}
