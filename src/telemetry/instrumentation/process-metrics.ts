import type { Meter } from '@opentelemetry/api'
import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import { ReaderBases } from './reader-bases.ts'
import type { RuntimePart } from './runtime-part.ts'

const SECONDS_PER_MICROSECOND = 1e-6
const MICROSECONDS_PER_MILLISECOND = 1000
const USER = { 'cpu.mode': 'user' }
const SYSTEM = { 'cpu.mode': 'system' }
const VOLUNTARY = { 'process.context_switch.type': 'voluntary' }
const INVOLUNTARY = { 'process.context_switch.type': 'involuntary' }
const MAJOR = { 'system.paging.fault.type': 'major' }
const MINOR = { 'system.paging.fault.type': 'minor' }

/**
 * What the process uses of the machine, as every system tells it. The utilization is that since the same reader
 * collected before.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/system/process-metrics/
 */
export function observeProcess(meter: Meter): RuntimePart {
  const cpuTime = meter.createObservableCounter('process.cpu.time', {
    unit: 's',
    description: 'Total CPU seconds broken down by different CPU modes.',
  })
  const utilization = meter.createObservableGauge('process.cpu.utilization', {
    unit: '1',
    description:
      'Difference in process.cpu.time since the last measurement, divided by the elapsed time and number of CPUs available to the process.',
  })
  const memory = meter.createObservableUpDownCounter('process.memory.usage', {
    unit: 'By',
    description: 'The amount of physical memory in use.',
  })
  const switches = meter.createObservableCounter('process.context_switches', {
    unit: '{context_switch}',
    description: 'Number of times the process has been context switched.',
  })
  const faults = meter.createObservableCounter('process.paging.faults', {
    unit: '{fault}',
    description: 'Number of page faults the process has made.',
  })
  const uptime = meter.createObservableGauge('process.uptime', {
    unit: 's',
    description: 'The time the process has been running.',
  })
  const cpus = availableParallelism()
  const bases = new ReaderBases({ atMs: performance.now(), ...process.cpuUsage() })

  return {
    instruments: [cpuTime, utilization, memory, switches, faults, uptime],
    observe(result, reader) {
      const usage = process.resourceUsage()
      const { userCPUTime: user, systemCPUTime: system } = usage
      result.observe(cpuTime, user * SECONDS_PER_MICROSECOND, USER)
      result.observe(cpuTime, system * SECONDS_PER_MICROSECOND, SYSTEM)
      const now = { atMs: performance.now(), user, system }
      const before = bases.of(reader)
      const available = (now.atMs - before.atMs) * MICROSECONDS_PER_MILLISECOND * cpus
      if (available > 0) {
        result.observe(utilization, Math.max(0, user - before.user) / available, USER)
        result.observe(utilization, Math.max(0, system - before.system) / available, SYSTEM)
        bases.set(reader, now)
      }
      result.observe(memory, process.memoryUsage.rss())
      result.observe(switches, usage.voluntaryContextSwitches, VOLUNTARY)
      result.observe(switches, usage.involuntaryContextSwitches, INVOLUNTARY)
      result.observe(faults, usage.majorPageFault, MAJOR)
      result.observe(faults, usage.minorPageFault, MINOR)
      result.observe(uptime, process.uptime())
    },
  }
}
