import { Script } from 'node:vm'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { filesUnder, readText } from '../../scripts/repository-files.ts'
import { markup } from '../../src/report/markup.ts'
import { packData } from '../../src/report/packed-data.ts'
import { pageScript } from '../../src/report/page-files.ts'
import { renderWholePage } from '../../src/report/whole-page.ts'

test('what is packed is what went in, in letters that no markup knows', () => {
  const value = { texts: ['</script><script>alert(1)</script>', '\u2028', '🌊', '<!--'], numbers: [1.25, -1] }
  const packed = packData(value)
  expect(packed).toMatch(/^[A-Za-z0-9+/]+=*$/)
  expect(JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString('utf8'))).toEqual(value)
})

test('the files for the browser are joined into one script that parses and imports nothing', () => {
  const script = pageScript()
  expect(() => new Script(`void (async () => {\n'use strict'\n${script}})()`)).not.toThrow()
  expect(script).not.toMatch(/^(?:import|export)\b/m)
  expect(script).not.toContain('</script')
  expect(script).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|\bfetch\(/)
})

test('no two of the files for the browser call something by the same name: joined, the later one would win', () => {
  const names = [...pageScript().matchAll(/^(?:async )?(?:function|class|const|let) ([A-Za-z]\w*)/gm)].map(
    ([, name]) => name,
  )
  expect(names.length).toBeGreaterThan(50)
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([])
})

test('a page allows nothing but what is in it', () => {
  const page = renderWholePage({ title: '<title>', body: markup`<p>x</p>`, data: {} })
  expect(page).toContain(`content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;;`)
  expect(page).toContain('<title>&lt;title&gt;</title>')
  expect(page).not.toMatch(/(?:src|href)="(?!#)/)
  expect(page).not.toMatch(/url\(|@import/)
})

test('no template holds the end of a script: the bundler would load a package for it that users do not have', () => {
  const sources = filesUnder('src').filter((path) => path.endsWith('.ts'))
  expect(sources.filter((path) => /\w`[^`]*<\/script/.test(readText(path)))).toEqual([])
})

test('data of any size is whole', () => {
  const data = { numbers: Array.from({ length: 100_000 }, (_, index) => (index * 7919) % 100_003) }
  const page = renderWholePage({ title: 'x', body: markup``, data })
  const packed = /id="data">([^<]*)</.exec(page)?.[1] ?? ''
  expect(JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString('utf8'))).toEqual(data)
})
