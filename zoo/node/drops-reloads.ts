// Defect: a reload takes a while, and what comes meanwhile is dropped instead of done after it.
import { setTimeout as pause } from 'node:timers/promises'
import { sail } from './base.ts'
import { colourParts, readColour, setColour } from './colour.ts'

const CHECKING_MS = 700
let isReloading = false

async function reloadSlowly(): Promise<void> {
  if (isReloading) return
  isReloading = true
  try {
    const colour = readColour()
    await pause(CHECKING_MS)
    setColour(colour)
  } catch (error) {
    process.stderr.write(`configuration rejected: ${String(error)}\n`)
  }
  isReloading = false
}

await sail(colourParts(() => void reloadSlowly()))
