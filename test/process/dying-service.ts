import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchLogged, type LogLine, type LoggedService } from './logged-service.ts'

/** A directory for evidence, and what is in it. */
export interface EvidenceDirectory extends Disposable {
  readonly path: string
  /** The folder of the service `dies`. */
  readonly folder: string
  /** Names, by kind. */
  names(kind?: string): readonly string[]
  /** The only file of a kind. */
  read(kind: string): Readonly<Record<string, unknown>>
  modeOf(name: string): string
}

export function evidenceDirectory(): EvidenceDirectory {
  const path = mkdtempSync(join(tmpdir(), 'seaworthy-evidence-'))
  const folder = join(path, 'crash@dies')
  const names = (kind = ''): readonly string[] => readdirSync(folder).filter((name) => name.startsWith(kind))
  return {
    path,
    folder,
    names,
    read(kind) {
      const [name, ...others] = names(kind)
      if (name === undefined || others.length > 0) throw new Error(`expected one ${kind}: ${names().join(', ')}`)
      return JSON.parse(readFileSync(join(folder, name), 'utf8')) as Readonly<Record<string, unknown>>
    },
    modeOf: (name) => (statSync(join(folder, name)).mode & 0o777).toString(8),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** Lines of the log with this event. */
export function linesOf(service: LoggedService, event: string): readonly LogLine[] {
  // Out of memory, Node writes to the same place, and not only JSON.
  return service.lines.filter((line) => line.includes(`"event":"${event}"`)).map((line) => JSON.parse(line) as LogLine)
}

/** Asks it to die; the answer never comes, or comes with the end. */
export async function die(service: LoggedService, how: string): Promise<void> {
  void fetch(`${service.url}/die?how=${how}`).catch(() => {})
  await service.line(`request /die?how=${how}`)
}

/** Starts another process of the service, that dies no more. */
export function launchNext(evidence: EvidenceDirectory, env: Readonly<Record<string, string>> = {}): LoggedService {
  return launchLogged('dies', { SEAWORTHY_CRASH_DIR: evidence.path, ...env })
}
