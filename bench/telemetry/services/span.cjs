// One span as an HTTP server would have it, of ten attributes.
'use strict'

function createSpan(tracer, order) {
  const span = tracer.startSpan('order read', { kind: 1 })
  span.setAttribute('http.request.method', 'GET')
  span.setAttribute('http.route', '/orders/:id')
  span.setAttribute('url.path', '/orders/7')
  span.setAttribute('url.scheme', 'http')
  span.setAttribute('server.address', '127.0.0.1')
  span.setAttribute('server.port', 8080)
  span.setAttribute('client.address', '127.0.0.1')
  span.setAttribute('network.protocol.version', '1.1')
  span.setAttribute('http.response.status_code', 200)
  span.setAttribute('order', order)
  span.end()
}

module.exports = { createSpan }
