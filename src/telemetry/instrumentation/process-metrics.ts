import type { Meter } from '@opentelemetry/api'
import { readdirSync } from 'node:fs'
import type { RuntimePart } from './runtime-part.ts'

const SECONDS_PER_MICROSECOND = 1e-6
const OWN_FILE_DESCRIPTORS = '/proc/self/fd'

/**
 * What the process uses of the machine.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/system/process-metrics/
 */
export function observeProcess(meter: Meter): RuntimePart {
  const cpuTime = meter.createObservableCounter('process.cpu.time', {
    unit: 's',
    description: 'Total CPU seconds broken down by different states.',
  })
  const memory = meter.createObservableUpDownCounter('process.memory.usage', {
    unit: 'By',
    description: 'The amount of physical memory in use.',
  })
  const uptime = meter.createObservableGauge('process.uptime', {
    unit: 's',
    description: 'The time the process has been running.',
  })
  const descriptors = meter.createObservableUpDownCounter('process.unix.file_descriptor.count', {
    unit: '{file_descriptor}',
    description: 'Number of unix file descriptors in use by the process.',
  })
  return {
    instruments: [cpuTime, memory, uptime, descriptors],
    observe(result) {
      const { user, system } = process.cpuUsage()
      result.observe(cpuTime, user * SECONDS_PER_MICROSECOND, { 'cpu.mode': 'user' })
      result.observe(cpuTime, system * SECONDS_PER_MICROSECOND, { 'cpu.mode': 'system' })
      result.observe(memory, process.memoryUsage.rss())
      result.observe(uptime, process.uptime())
      const count = countFileDescriptors()
      if (count !== undefined) result.observe(descriptors, count)
    },
  }
}

/** Linux only; one of them is the directory that is being read. */
function countFileDescriptors(): number | undefined {
  try {
    return readdirSync(OWN_FILE_DESCRIPTORS).length - 1
  } catch {
    return undefined
  }
}
