import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { identifyService } from '../../src/register/service-identity.ts'

/** A folder with these files; returns the path of `src/server.js` in it. */
async function project(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-identity-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  await mkdir(join(folder, 'src'))
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text)
  return join(folder, 'src/server.js')
}

test.each([
  ['its name and version', { name: 'orders', version: '1.2.3' }, { name: 'orders', version: '1.2.3' }],
  ['its name without the scope', { name: '@acme/orders' }, { name: 'orders', version: undefined }],
  ['a name of which only some letters may stay', { name: '2024~orders!eu' }, { name: 'orders-eu', version: undefined }],
  ['a version that is no text', { name: 'orders', version: 3 }, { name: 'orders', version: undefined }],
])('the nearest package.json names the service: %s', async (_what, manifest, identity) => {
  expect(identifyService(await project({ 'package.json': JSON.stringify(manifest) }))).toEqual(identity)
})

test('a package.json without a name, or one that is not JSON, is passed by', async () => {
  const named = { 'package.json': '{ "name": "orders" }' }
  for (const text of ['{ "type": "module" }', 'not JSON', 'null', '{ "name": "' + 'x'.repeat(2 ** 20) + '" }']) {
    expect(identifyService(await project({ ...named, 'src/package.json': text }))).toMatchObject({ name: 'orders' })
  }
})

test('without a package.json the script names it, and without a script it is called node', async () => {
  expect(identifyService(await project({}))).toEqual({ name: 'server', version: undefined })
  expect(identifyService(await project({ 'package.json': '{ "name": "@acme/🚢" }' }))).toMatchObject({ name: 'server' })
  expect(identifyService(undefined)).toEqual({ name: 'node', version: undefined })
})

test('a name is never longer than a service may be called', async () => {
  const { name } = identifyService(await project({ 'package.json': JSON.stringify({ name: 'a'.repeat(200) }) }))
  expect(name).toBe('a'.repeat(63))
})
