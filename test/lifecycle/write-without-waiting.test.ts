import { execFileSync } from 'node:child_process'
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeWithoutWaiting } from '../../src/lifecycle/write-without-waiting.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'seaworthy-write-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

function open(path: string, flags: number): number {
  const fd = openSync(path, flags)
  onTestFinished(() => closeSync(fd))
  return fd
}

/** A pipe that nobody reads by itself, and the descriptor of its writing end. */
function pipe(): { readonly reader: number; readonly writer: number } {
  const path = join(folder(), 'pipe')
  execFileSync('mkfifo', [path])
  const reader = open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  return { reader, writer: open(path, constants.O_WRONLY) }
}

test('a pipe with room takes the text', () => {
  const { reader, writer } = pipe()
  writeWithoutWaiting(writer, 'last words\n', 50)
  const bytes = Buffer.alloc(100)
  expect(bytes.toString('utf8', 0, readSync(reader, bytes))).toBe('last words\n')
})

test('a pipe that is full and has no reader that reads does not hold the writer up', () => {
  const { reader, writer } = pipe()
  // More than a pipe holds: what has no room is given up.
  writeWithoutWaiting(writer, 'x'.repeat(2_000_000), 20)
  writeWithoutWaiting(writer, 'more', 20)
  expect(readSync(reader, Buffer.alloc(10))).toBe(10)
})

test('a pipe whose reader has gone is no error', () => {
  const path = join(folder(), 'pipe')
  execFileSync('mkfifo', [path])
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const writer = open(path, constants.O_WRONLY)
  closeSync(reader)
  expect(() => writeWithoutWaiting(writer, 'last words', 20)).not.toThrow()
})

test('a file is written where it stands', () => {
  const path = join(folder(), 'file')
  const fd = open(path, constants.O_CREAT | constants.O_WRONLY)
  writeSync(fd, 'first\n')
  writeWithoutWaiting(fd, 'last\n', 20)
  expect(readFileSync(path, 'utf8')).toBe('first\nlast\n')
})
