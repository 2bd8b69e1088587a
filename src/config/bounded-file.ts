import { open, stat } from 'node:fs/promises'

/** A file that could be read, or why not in words for a message; `missing` when there is none. */
export type FileText =
  | { readonly text: string; readonly problem?: undefined }
  | { readonly problem: string; readonly missing: boolean; readonly text?: undefined }

/** Far beyond any configuration or secret; reading stops there, whatever the file turns out to be. */
export const MAX_FILE_BYTES = 1024 * 1024

const CODES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  ELOOP: 'is a link that leads to itself',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'is not UTF-8',
  ERR_INVALID_ARG_VALUE: 'is no path that a file can have',
}

/** Reads a regular file of at most {@link MAX_FILE_BYTES} as UTF-8, without a byte order mark. Never rejects. */
export async function readBoundedFile(path: string): Promise<FileText> {
  try {
    const info = await stat(path)
    if (info.isDirectory()) return { problem: 'is a directory, expected a file', missing: false }
    // Opening a pipe waits for its other end, possibly for ever.
    if (!info.isFile()) return { problem: 'is not a regular file', missing: false }
    const bytes = await readAtMost(path, MAX_FILE_BYTES + 1)
    if (bytes.length > MAX_FILE_BYTES) return { problem: `is larger than ${MAX_FILE_BYTES} bytes`, missing: false }
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    return { problem: CODES[code] ?? `cannot be read (${code})`, missing: code === 'ENOENT' || code === 'ENOTDIR' }
  }
}

async function readAtMost(path: string, maxBytes: number): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.alloc(maxBytes)
    let length = 0
    while (length < maxBytes) {
      const { bytesRead } = await file.read(buffer, length, maxBytes - length, length)
      if (bytesRead === 0) break
      length += bytesRead
    }
    return buffer.subarray(0, length)
  } finally {
    await file.close()
  }
}
