import { readFileSync } from 'node:fs'
import { answer, log, pathOf, type Parts } from './base.ts'

const FILE = new URL('colour.json', import.meta.url)
let colour = readColour()

/** What is in force. */
export function setColour(value: string): void {
  colour = value
}

/** @throws when the file says none */
export function readColour(): string {
  const read: unknown = JSON.parse(readFileSync(FILE, 'utf8'))
  if (typeof read === 'object' && read !== null && 'colour' in read && typeof read.colour === 'string')
    return read.colour
  throw new Error('colour: expected a text')
}

export function reload(): void {
  try {
    setColour(readColour())
    log.info({ colour }, 'configuration reloaded')
  } catch (error) {
    log.error({ err: error }, 'configuration rejected, the old one stays in force')
  }
}

/** A service that shows its colour, and does this at SIGHUP. */
export function colourParts(atHangup: () => void): Partial<Parts> {
  return {
    also: () => void process.on('SIGHUP', atHangup),
    async handle(request, response, ship) {
      if (pathOf(request) === '/colour') response.end(`${colour}\n`)
      else await answer(request, response, ship)
    },
  }
}
