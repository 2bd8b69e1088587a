import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface TemporaryFiles extends AsyncDisposable {
  readonly directory: string
  path(name: string): string
}

/** Real files in a folder of their own, gone at the end of the scope. */
export async function temporaryFiles(files: Readonly<Record<string, string | Uint8Array>>): Promise<TemporaryFiles> {
  const directory = await mkdtemp(join(tmpdir(), 'seaworthy-config-'))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true })
    await writeFile(join(directory, name), content)
  }
  return {
    directory,
    path: (name) => join(directory, name),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}
