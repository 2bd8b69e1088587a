import { expect, test } from 'vitest'
import { findInnerDetails } from '../../../src/trial/verdict/inner-details.ts'

const PLACES = {
  cwd: '/data/shop',
  addresses: [
    { host: '127.0.0.1', port: 41_234 },
    { host: 'db.inner', port: 5432 },
  ],
}
const kindsOf = (body: string, places = PLACES): string[] => findInnerDetails(body, places).map(({ what }) => what)

test.each([
  ['Error: no\n    at add (file:///data/x/cart.js:3:9)\n    at node:internal/main:1:2', 'JavaScript'],
  ['{"stack":"Error: no\\n    at /x/cart.ts:3:9"}', 'JavaScript in JSON'],
  ['<pre>Error: no<br> &nbsp; &nbsp;at add (/x/cart.js:3:9)</pre>', 'JavaScript in HTML'],
  ['{"trace":"java.lang.Error: no\\n\\tat com.shop.Cart.add(Cart.java:12)\\n"}', 'Java in JSON'],
  ['\tat com.shop.Cart.add(Native Method)', 'Java'],
  ['Traceback (most recent call last):\n  File "cart.py", line 12, in add', 'Python'],
  ['{"error": "File \\"cart.py\\", line 12, in add"}', 'Python in JSON'],
  ['goroutine 7 [running]:\nmain.add()', 'Go'],
  ['main.go:12 +0x1d', 'Go, a line'],
  ['   at Shop.Cart.Add() in C:\\src\\Cart.cs:line 12', '.NET'],
  ["cart.rb:12:in `add'", 'Ruby'],
  ['#0 /x/cart.php(12): add()', 'PHP'],
  ["thread 'main' panicked at src/main.rs:12:5", 'Rust'],
])('%j is a line of a stack: %s', (body) => {
  expect(kindsOf(body)).toContain('a line of a stack')
})

test.each([
  "ENOENT: no such file or directory, open '/data/shop/prices'",
  'cannot read /home/app/config.yaml',
  'failed to open /usr/lib/python3/x.py',
  'C:\\Users\\app\\shop.config',
  'Cannot find module in node_modules/left-pad/index.js',
  '/opt/venv/lib/site-packages/shop/__init__.py',
])('%j has a path of the file system', (body) => {
  expect(kindsOf(body)).toEqual(['a path of the file system'])
})

test.each([
  'connect ECONNREFUSED 127.0.0.1:41234',
  'dial tcp [::1]:41234: connection refused',
  '{"code":"ECONNREFUSED","address":"127.0.0.1","port":41234}',
  'http://localhost:41234/left failed',
  'could not connect to server: db.inner:5432',
])('%j has the address of a dependency', (body) => {
  expect(kindsOf(body)).toEqual(['the address of a dependency'])
})

test.each([
  '',
  'no such thing\n',
  '{"type":"about:blank","title":"Not Found","status":404,"instance":"urn:uuid:0b1c41234d"}',
  '{"error":"Unexpected token } in JSON at position 46"}',
  'JSON parse error: at [Source: (StringReader); line: 1, column: 7]',
  'ECONNREFUSED',
  'no stock: connection refused',
  'look at 12:30:15, at /cart',
  'Cannot DELETE /orders/7',
  '<script src="/usr/static/app.js"></script><link href="/node_modules/x/y.css">',
  "<a href='/home/index.html'>home</a>",
  'did you mean /home/orders or /users/me?',
  'request 41234 failed, ask 127.0.0.1',
  'listening on 127.0.0.1:412345',
  'see https://errors.example/var/log.html',
  'POST /data is not allowed',
])('%j has nothing of the inside', (body) => {
  expect(kindsOf(body)).toEqual([])
})

test('a working directory of one name, or none, is no path by itself', () => {
  expect(kindsOf('no such thing: /app/cart', { ...PLACES, cwd: '/app' })).toEqual([])
  expect(kindsOf('no such thing: /app/cart.js', { ...PLACES, cwd: '/app' })).toEqual(['a path of the file system'])
  expect(kindsOf('no such thing: /cart.js', { ...PLACES, cwd: '/' })).toEqual([])
})
