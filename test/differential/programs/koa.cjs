// Koa, as a CommonJS application: two layers, an error.
const http = require('node:http')
const Koa = require('koa')
const { trace } = require('@opentelemetry/api')

const app = new Koa()
app.silent = true
app.use(async function outer(context, next) {
  await next()
  context.set('x-outer', '1')
})
app.use(async function inner(context) {
  trace.getActiveSpan()?.setAttribute('inner', true)
  if (context.path === '/fails') throw new Error('no')
  context.body = { path: context.path }
})
const server = app.listen(0, '127.0.0.1', () => void callAll())

async function callAll() {
  for (const path of ['/orders?q=1', '/fails']) {
    await new Promise((resolve) => {
      http.get(`http://127.0.0.1:${server.address().port}${path}`, (response) => response.resume().on('end', resolve))
    })
  }
  server.closeAllConnections()
  server.close()
}
