import { expect, test } from 'vitest'
import { ROOT } from '../../scripts/repository-files.ts'
import { changesByImporting, modulesLoadedBy } from '../conventions/imported-modules.ts'

const fromSource = { directory: ROOT, nodeArguments: ['--conditions=seaworthy-source'] }

test('what is loaded before a server listens is a dozen small files, and none of a package', async () => {
  const loaded = await modulesLoadedBy("await import('seaworthy/register')", fromSource)
  expect(loaded.filter((url) => url.includes('/node_modules/'))).toEqual([])
  const own = loaded.filter((url) => url.includes('/src/')).map((url) => url.slice(url.indexOf('/src/') + 1))
  expect(own.toSorted()).toMatchInlineSnapshot(`
    [
      "src/core/clock.ts",
      "src/core/required-node.ts",
      "src/core/seaworthy-error.ts",
      "src/core/service-created.ts",
      "src/core/signal-exit-code.ts",
      "src/core/unobserved-server.ts",
      "src/lifecycle/keep-alive.ts",
      "src/public/register.ts",
      "src/register/found-servers.ts",
      "src/register/held-exit.ts",
      "src/register/intercepted-events.ts",
      "src/register/preload.ts",
      "src/register/quiet-clock.ts",
      "src/register/register-mode.ts",
      "src/register/registered-process.ts",
      "src/register/say-too-old.ts",
    ]
  `)
})

test('before a server listens it changes nothing but the mark that keeps it from doing so twice', async () => {
  const changes = (await changesByImporting('seaworthy/register', fromSource)) as Record<string, { after: unknown }>
  expect(Object.keys(changes)).toEqual(['globals'])
  expect(changes['globals']?.after).toContain('Symbol(seaworthy.registered)')
})
