import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** A file that could be read, or why not in words for a message; `missing` when there is none. */
export type FileText =
  | { readonly text: string; readonly problem?: undefined }
  | { readonly problem: string; readonly missing: boolean; readonly text?: undefined }

/** Far beyond any configuration or secret; reading stops there, whatever the file turns out to be. */
export const MAX_FILE_BYTES = 1024 * 1024
const LEAST_BUFFER_BYTES = 4096

const { O_RDONLY, O_NONBLOCK }: { O_RDONLY: number; O_NONBLOCK?: number } = constants
/** Opening a pipe would wait for its other end, possibly for ever. Windows has no such flag, nor such pipes. */
const OPEN_FLAGS = O_RDONLY | (O_NONBLOCK ?? 0)

const A_DIRECTORY = 'is a directory, expected a file'
const NO_REGULAR_FILE = 'is not a regular file'

const CODES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'may not be read by this user',
  EPERM: 'may not be read by this user',
  ELOOP: 'is a link that leads to itself',
  EISDIR: A_DIRECTORY,
  // A socket, or a device that is not there.
  ENXIO: NO_REGULAR_FILE,
  ERR_ENCODING_INVALID_ENCODED_DATA: 'is not UTF-8',
  ERR_INVALID_ARG_VALUE: 'is no path that a file can have',
}

/** Reads a regular file of at most {@link MAX_FILE_BYTES} as UTF-8, without a byte order mark. Never rejects. */
export async function readBoundedFile(path: string): Promise<FileText> {
  const read = await readBoundedBytes(path)
  if (read.problem !== undefined) return read
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(read.bytes) }
  } catch (error) {
    return whyNot(error)
  }
}

/** The bytes of a file that could be read, or why not. */
export type FileBytes =
  | { readonly bytes: Uint8Array; readonly problem?: undefined }
  | { readonly problem: string; readonly missing: boolean; readonly bytes?: undefined }

/** Reads a regular file of at most {@link MAX_FILE_BYTES}, whatever is in it. Never rejects. */
export async function readBoundedBytes(path: string): Promise<FileBytes> {
  try {
    const file = await open(path, OPEN_FLAGS)
    try {
      return await readOpened(file)
    } finally {
      await file.close()
    }
  } catch (error) {
    return whyNot(error)
  }
}

async function readOpened(file: FileHandle): Promise<FileBytes> {
  const info = await file.stat()
  if (info.isDirectory()) return { problem: A_DIRECTORY, missing: false }
  if (!info.isFile()) return { problem: NO_REGULAR_FILE, missing: false }
  const bytes = await readAtMost(file, MAX_FILE_BYTES + 1, info.size + 1)
  if (bytes.length > MAX_FILE_BYTES) return { problem: `is larger than ${MAX_FILE_BYTES} bytes`, missing: false }
  return { bytes }
}

function whyNot(error: unknown): { readonly problem: string; readonly missing: boolean } {
  const { code = 'unknown error' } = error as NodeJS.ErrnoException
  return { problem: CODES[code] ?? `cannot be read (${code})`, missing: code === 'ENOENT' || code === 'ENOTDIR' }
}

/** @param likelyBytes what it may be; a file of `/proc` says 0 and has more, and one that is written to grows */
async function readAtMost(file: FileHandle, maxBytes: number, likelyBytes: number): Promise<Buffer> {
  let buffer = Buffer.alloc(Math.min(maxBytes, Math.max(likelyBytes, LEAST_BUFFER_BYTES)))
  let length = 0
  while (length < maxBytes) {
    if (length === buffer.length) buffer = Buffer.concat([buffer], Math.min(maxBytes, length * 2))
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return buffer.subarray(0, length)
}
