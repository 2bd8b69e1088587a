import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reachedModules } from '../../scripts/reached-modules.ts'

test('what an entry loads is found by way of imports and re-exports, without what it may load later', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-reached-'))
  try {
    const files = {
      'entry.js': `import { a } from './a.js'\nexport {\n  b,\n} from './b.js'\nconst later = () => import('./later.js')`,
      'a.js': `import './a.js'\nimport { c } from './c.js'\nimport fs from 'node:fs'`,
      'b.js': `export * from "./c.js"`,
      'c.js': '',
      'later.js': '',
    }
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
    expect([...(await reachedModules(folder, 'entry.js'))].toSorted()).toEqual(['a.js', 'b.js', 'c.js', 'entry.js'])
  } finally {
    await rm(folder, { recursive: true })
  }
})
