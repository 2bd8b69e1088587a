import { homedir, tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT, readText, trackedFiles } from '../../scripts/repository-files.ts'

/** Folders that mean the same on every machine. */
const ORDINARY = new Set(['/', '/tmp', '/home', '/root', '/var', '/srv', '/usr', '/usr/src', '/app', tmpdir()])

// Where this copy of the repository lies, and whose home it is: names that mean nothing on another machine.
const ofThisMachine = [ROOT, dirname(ROOT), homedir()].filter((path) => !ORDINARY.has(path)).map((path) => `${path}/`)

const PERSONAL_HOME = /\/(?:home|Users)\/(?!node\/|user\/|u\/|app\/)[a-z][\w.-]*\//
const REGISTRY_HOST = /https?:\/\/(?:registry|npm|deb|proxy|repo|repo1|index|files)\.[\w.-]+/
const RECORDED_DOWNLOAD = /"resolved": "https?:/
const TOKEN = /\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b/
// With a body: the heading alone is what a test of redaction is about.
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:\\n|\s)*[A-Za-z0-9+/=]{40}/

function findLeaks(path: string, text: string): readonly string[] {
  const found: string[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const leak = (what: string): void => void found.push(`${path}:${index + 1} ${what}`)
    if (ofThisMachine.some((machinePath) => line.includes(machinePath))) leak('names a path of this machine')
    if (PERSONAL_HOME.test(line)) leak('names the home of a person')
    if (REGISTRY_HOST.test(line)) leak('names the host of a package registry')
    if (RECORDED_DOWNLOAD.test(line)) leak('records where a package was downloaded')
    if (TOKEN.test(line)) leak('looks like a token')
  }
  if (PRIVATE_KEY.test(text)) found.push(`${path} holds a private key`)
  return found
}

function isText(path: string): boolean {
  return !/\.(?:png|ico|woff2?|gz|br|bin|pb|db)$/.test(path)
}

test('nothing committed names a path of a machine, a registry host or a secret', () => {
  const found = trackedFiles()
    .filter(isText)
    .flatMap((path) => findLeaks(path, readText(path)))
  expect(found).toEqual([])
})

// In two parts, so that this file does not find itself.
test.each([
  ['cd ', `${ROOT}/src`, 'names a path of this machine'],
  ['see /', 'home/alice/notes.md', 'names the home of a person'],
  ['see /', 'Users/alice/notes.md', 'names the home of a person'],
  ['https://', 'registry.example.com/pino', 'names the host of a package registry'],
  ['  "resolved": "', 'https://example.com/pino.tgz"', 'records where a package was downloaded'],
  ['ghp_', 'a'.repeat(36), 'looks like a token'],
])('%s%s is found', (start, end, what) => {
  expect(findLeaks('x.md', `\n${start}${end}`)).toContain(`x.md:2 ${what}`)
})

test('a private key is found, its heading alone is not', () => {
  const heading = `-----BEGIN ${['RSA', 'PRIVATE'].join(' ')} KEY-----`
  expect(findLeaks('x.md', `${heading}\n${'A'.repeat(64)}\n`)).toEqual(['x.md holds a private key'])
  expect(findLeaks('x.md', `${heading}\nMHcCAQ\n`)).toEqual([])
})

test.each([['/tmp/seaworthy'], ['/home/node/app'], ['http://localhost:4318/v1/traces'], ['https://docs.npmjs.com/']])(
  '%s is no leak',
  (line) => {
    expect(findLeaks('x.md', line)).toEqual([])
  },
)

test('the lock file and every manifest pin exact versions', () => {
  const ranges = trackedFiles()
    .filter((path) => path.endsWith('package.json') && !path.includes('fixtures/'))
    .flatMap((path) => {
      const manifest = JSON.parse(readText(path)) as Record<string, Record<string, string> | undefined>
      return Object.entries({ ...manifest['dependencies'], ...manifest['devDependencies'] })
        .filter(([, version]) => !/^(?:npm:.*@)?\d+\.\d+\.\d+(?:-[\w.]+)?$|^file:/.test(version))
        .map(([name, version]) => `${path}: ${name}@${version}`)
    })
  expect(ranges).toEqual([])
})
