import { join } from 'node:path'

/** Writes a file of one byte into a folder and removes it again; what prevents that is thrown. */
export async function probeWriting(folder: string): Promise<void> {
  const { open, unlink } = process.getBuiltinModule('node:fs').promises
  const name = `.seaworthy-write-probe-${process.getBuiltinModule('node:crypto').randomUUID()}`
  const path = join(folder, name)
  const file = await open(path, 'wx', 0o600)
  try {
    await file.write('.')
  } finally {
    await file.close()
    await unlink(path)
  }
}
