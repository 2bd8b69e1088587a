import { readFileSync } from 'node:fs'
import { arch, hostname, platform, release } from 'node:os'
import { basename } from 'node:path'

/** What a resource is made of and the machine has to tell. Tests pass their own. */
export interface HostFacts {
  readonly hostName: string
  /** As Node has it: `x64`, `arm64`. */
  readonly arch: string
  /** As Node has it: `linux`, `darwin`, `win32`. */
  readonly platform: string
  readonly osRelease: string
  readonly pid: number
  /** The file name of the executable, without its folder. */
  readonly executableName: string
  readonly nodeVersion: string
  /** The text of a file, or `undefined` when it cannot be read. */
  readonly readText: (path: string) => string | undefined
}

/** This process on this machine. Everything is synchronous and takes well under a millisecond. */
export function readHostFacts(): HostFacts {
  return {
    hostName: hostname(),
    arch: arch(),
    platform: platform(),
    osRelease: release(),
    pid: process.pid,
    executableName: basename(process.execPath),
    nodeVersion: process.versions.node,
    readText(path) {
      try {
        return readFileSync(path, 'utf8')
      } catch {
        return undefined
      }
    },
  }
}
