import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api'
import { readFileSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import type { RuntimePart } from './runtime-part.ts'

const STATUS = '/proc/self/status'
const IO = '/proc/self/io'
const FILE_DESCRIPTORS = '/proc/self/fd'
const BYTES_PER_KIB = 1024
const READ = { 'disk.io.direction': 'read' }
const WRITE = { 'disk.io.direction': 'write' }

/**
 * What Linux tells of a process beside what every system does. Elsewhere, and where `/proc` may not be read, it reports
 * nothing. There is no `process.network.io`: Linux counts the network by namespace, not by process.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/system/process-metrics/
 */
export function observeLinuxProcess(meter: Meter): RuntimePart {
  const virtual = meter.createObservableUpDownCounter('process.memory.virtual', {
    unit: 'By',
    description: 'The amount of committed virtual memory.',
  })
  const threads = meter.createObservableUpDownCounter('process.thread.count', {
    unit: '{thread}',
    description: 'Process threads count.',
  })
  const descriptors = meter.createObservableUpDownCounter('process.unix.file_descriptor.count', {
    unit: '{file_descriptor}',
    description: 'Number of UNIX file descriptors in use by the process.',
  })
  const disk = meter.createObservableCounter('process.disk.io', {
    unit: 'By',
    description: 'Disk bytes transferred.',
  })
  if (process.platform !== 'linux') return { instruments: [virtual, threads, descriptors, disk], observe() {} }

  const observeStatus = (result: BatchObservableResult): void => {
    const status = readText(STATUS)
    const virtualKib = readNumber(status, 'VmSize')
    if (virtualKib !== undefined) result.observe(virtual, virtualKib * BYTES_PER_KIB)
    const threadCount = readNumber(status, 'Threads')
    if (threadCount !== undefined) result.observe(threads, threadCount)
    const io = readText(IO)
    const readBytes = readNumber(io, 'read_bytes')
    if (readBytes !== undefined) result.observe(disk, readBytes, READ)
    const writtenBytes = readNumber(io, 'write_bytes')
    if (writtenBytes !== undefined) result.observe(disk, writtenBytes, WRITE)
  }
  return {
    instruments: [virtual, threads, descriptors, disk],
    observe(result) {
      observeStatus(result)
      const count = descriptorCount()
      if (count > 0) result.observe(descriptors, count)
      else return observeListed(result, descriptors)
    },
  }
}

/** Since Linux 6.2 the size of the directory is their number; before, and where it can't be read, 0. */
function descriptorCount(): number {
  try {
    return statSync(FILE_DESCRIPTORS).size
  } catch {
    return 0
  }
}

/** Off the event loop, because thousands of names take milliseconds. One of them is the directory that is being read. */
async function observeListed(result: BatchObservableResult, descriptors: Observable): Promise<void> {
  const names = await readdir(FILE_DESCRIPTORS).catch(() => undefined)
  if (names !== undefined) result.observe(descriptors, names.length - 1)
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

/** The number after `name:` at the beginning of a line. */
function readNumber(text: string, name: string): number | undefined {
  const start = text.startsWith(`${name}:`) ? 0 : text.indexOf(`\n${name}:`)
  if (start === -1) return undefined
  const number = Number.parseInt(text.slice(text.indexOf(':', start) + 1), 10)
  return Number.isNaN(number) ? undefined : number
}
