import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { MAX_FILE_BYTES, readBoundedBytes, readBoundedFile } from '../../src/config/bounded-file.ts'
import { temporaryFiles } from './temporary-files.ts'

test('a file of exactly the limit is read, one byte more is not', async () => {
  await using files = await temporaryFiles({
    full: 'x'.repeat(MAX_FILE_BYTES),
    over: 'x'.repeat(MAX_FILE_BYTES + 1),
  })
  expect((await readBoundedFile(files.path('full'))).text).toHaveLength(MAX_FILE_BYTES)
  expect(await readBoundedFile(files.path('over'))).toEqual({
    problem: `is larger than ${MAX_FILE_BYTES} bytes`,
    missing: false,
  })
})

test('a byte order mark is no part of the text', async () => {
  await using files = await temporaryFiles({ marked: '\uFEFFa' })
  expect(await readBoundedFile(files.path('marked'))).toEqual({ text: 'a' })
})

test('a pipe without a writer is refused instead of waited for, and so is an endless device', async () => {
  await using files = await temporaryFiles({})
  await promisify(execFile)('mkfifo', [files.path('pipe')])
  const refused = { problem: 'is not a regular file', missing: false }
  expect(await readBoundedFile(files.path('pipe'))).toEqual(refused)
  expect(await readBoundedFile('/dev/zero')).toEqual(refused)
})

test('a socket and a directory are refused', async () => {
  await using files = await temporaryFiles({})
  const server = createServer().listen(files.path('socket'))
  await once(server, 'listening')
  expect(await readBoundedFile(files.path('socket'))).toEqual({ problem: 'is not a regular file', missing: false })
  expect(await readBoundedFile(files.directory)).toEqual({ problem: 'is a directory, expected a file', missing: false })
  server.close()
})

test.each(['none', 'file/inside'])('%s is missing', async (name) => {
  await using files = await temporaryFiles({ file: '' })
  expect(await readBoundedFile(files.path(name))).toEqual({ problem: 'there is no such file', missing: true })
})

test('a path that no file can have is a problem, not an exception', async () => {
  expect(await readBoundedFile('a\0b')).toEqual({ problem: 'is no path that a file can have', missing: false })
  expect(await readBoundedFile('x'.repeat(5000))).toEqual({ problem: 'cannot be read (ENAMETOOLONG)', missing: false })
})

test('a file that says it has no bytes, as those of /proc do, is read to its end', async () => {
  const read = await readBoundedBytes('/proc/self/smaps')
  expect(read.bytes?.length).toBeGreaterThan(4096)
})
