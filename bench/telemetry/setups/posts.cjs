// No telemetry: only its way out. What a service pays for using the HTTP client of Node at all, whatever for: from the first
// answer on, the code of Node's streams and messages serves two kinds of each, and is compiled for both.
'use strict'
const http = require('node:http')

const INTERVAL_MS = 150
const agent = new http.Agent({ keepAlive: true })
const body = Buffer.alloc(20_000)
const options = {
  agent,
  host: '127.0.0.1',
  port: process.env.BENCH_POSTS,
  method: 'POST',
  path: '/posts',
  headers: { 'content-type': 'application/octet-stream', 'content-length': body.length },
}

setInterval(() => {
  const request = http.request(options, (response) => response.resume())
  // The collector ends before the service does.
  request.on('error', () => {})
  request.end(body)
}, INTERVAL_MS).unref()
