import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { BorrowedFile } from '../../../src/trial/reload/borrowed-file.ts'

function makeFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-borrowed-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'config')
  writeFileSync(path, Buffer.from([0xff, 0x00, 0x41]))
  chmodSync(path, 0o600)
  return path
}

test('a file is given back byte for byte, with its mode, also when it was deleted', () => {
  const path = makeFile()
  {
    using file = new BorrowedFile(path, new AbortController().signal)
    file.write('other')
    expect(readFileSync(path, 'utf8')).toBe('other')
    file.remove()
    expect(existsSync(path)).toBe(false)
  }
  expect([...readFileSync(path)]).toEqual([0xff, 0x00, 0x41])
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('it is given back at once when the trial is given up, and not touched again', () => {
  const path = makeFile()
  const abort = new AbortController()
  using file = new BorrowedFile(path, abort.signal)
  file.write('other')
  abort.abort()
  expect([...readFileSync(path)]).toEqual([0xff, 0x00, 0x41])
  file.write('other')
  file.remove()
  expect([...readFileSync(path)]).toEqual([0xff, 0x00, 0x41])
})

test('a link stays a link', () => {
  const path = makeFile()
  symlinkSync(path, `${path}.link`)
  {
    using file = new BorrowedFile(`${path}.link`, new AbortController().signal)
    file.remove()
  }
  expect(lstatSync(`${path}.link`).isSymbolicLink()).toBe(true)
  expect([...readFileSync(`${path}.link`)]).toEqual([0xff, 0x00, 0x41])
})
