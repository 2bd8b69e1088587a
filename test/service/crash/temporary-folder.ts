import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { CrashFolder } from '../../../src/service/crash/crash-folder.ts'
import { type CrashOptions, resolveCrash } from '../../../src/service/crash/crash-options.ts'

/** A directory that goes with its test. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'seaworthy-crash-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** A folder for the evidence of a service. */
export function crashFolder(options: CrashOptions & { readonly service?: string } = {}): CrashFolder {
  const { service = 'shop', ...own } = options
  const settings = resolveCrash({ directory: temporaryFolder(), ...own }, {})
  if (settings === undefined) throw new Error('there is a folder unless it is switched off')
  return new CrashFolder(settings, service)
}
