'use strict'
const http = require('node:http')
const { control } = require('./control.cjs')
const { createHandler } = require('./handler.cjs')

const server = http.createServer(createHandler())
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  control()
  process.send({ port: server.address().port })
})
