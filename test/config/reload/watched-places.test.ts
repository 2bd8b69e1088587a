import { mkdir, symlink } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { findWatchedPlaces } from '../../../src/config/reload/watched-places.ts'
import { temporaryFiles } from '../temporary-files.ts'

async function placesOf(directory: string, file: string): Promise<Record<string, string[]>> {
  const places = await findWatchedPlaces([file])
  // What is above is the machine's.
  const own = [...places].filter(([place]) => place.startsWith(directory))
  return Object.fromEntries(own.map(([place, names]) => [place.slice(directory.length) || '/', [...names].sort()]))
}

test('of a file, its directory is watched and the one above that', async () => {
  await using files = await temporaryFiles({ 'in/conf/a.yaml': '' })
  expect(await placesOf(files.directory, files.path('in/conf/a.yaml'))).toEqual({
    '/in': ['conf'],
    '/in/conf': ['a.yaml'],
  })
})

test('of links, the directories of each of them, as in a mounted ConfigMap', async () => {
  await using files = await temporaryFiles({ 'mount/..v1/a.yaml': '' })
  await symlink('..v1', files.path('mount/..data'))
  await symlink('..data/a.yaml', files.path('mount/a.yaml'))
  expect(await placesOf(files.directory, files.path('mount/a.yaml'))).toEqual({
    '/': ['mount'],
    '/mount': ['..data', '..v1', 'a.yaml'],
    '/mount/..v1': ['a.yaml'],
  })
})

test('of what is not there yet, the nearest directory that is; links that lead to themselves end', async () => {
  await using files = await temporaryFiles({})
  await mkdir(files.path('etc'))
  expect(await placesOf(files.directory, files.path('etc/later/on/a.yaml'))).toEqual({ '/etc': ['later'] })
  await symlink('loop', files.path('etc/loop'))
  expect(await placesOf(files.directory, files.path('etc/loop'))).toEqual({ '/': ['etc'], '/etc': ['loop'] })
})
