import type { Example } from './example.ts'

const READ_ON = '2026-11-23'
/** Makes the environment with pinned packages; does nothing when it is there. */
const BUILD = ['python3', 'python/install.py'] as const
const BIN = '../build/zoo/python/bin'
const SLOW = 'A request that takes a while is what a graceful stop is for.'

export const PYTHON_EXAMPLES: readonly Example[] = [
  {
    name: 'uvicorn-readme',
    title: 'uvicorn: its README',
    framework: 'uvicorn',
    language: 'python',
    source: {
      url: 'https://github.com/Kludex/uvicorn#quickstart',
      title: 'README of uvicorn, "Quickstart"',
      date: READ_ON,
      version: '0.54.0',
      licence: 'BSD-3-Clause',
      taken: 'quoted',
    },
    files: ['example.py'],
    versions: { uvicorn: '0.54.0' },
    requires: 'python3',
    build: BUILD,
    command: [`${BIN}/uvicorn`, '--app-dir', 'examples/uvicorn-readme', 'example:app'],
    needs: ['--slow', '/slow', '--env', 'UVICORN_PORT={port}'],
    aboutChanges: {
      'START-05': 'The trial gave its bad value to PORT, and uvicorn reads UVICORN_PORT.',
      'START-06': 'The trial looked at PORT, and uvicorn reads UVICORN_PORT.',
    },
    remark:
      'STOP-06: uvicorn sends the signal to itself once more when it has stopped, on purpose, so that its end says why it ended.',
    changes: [
      { line: "if scope['path'] == '/slow':", why: SLOW },
      { line: 'await asyncio.sleep(0.6)', why: SLOW },
      { line: 'import asyncio', why: 'The slow request needs it.' },
    ],
  },
  {
    name: 'gunicorn-quick-start',
    title: 'gunicorn: its quick start',
    framework: 'gunicorn',
    language: 'python',
    source: {
      url: 'https://github.com/benoitc/gunicorn#quick-start',
      title: 'README of gunicorn, "Quick Start"',
      date: READ_ON,
      version: '27.0.1',
      licence: 'MIT',
      taken: 'followed',
    },
    files: ['myapp.py'],
    versions: { gunicorn: '27.0.1' },
    requires: 'python3',
    build: BUILD,
    command: [`${BIN}/gunicorn`, '--chdir', 'examples/gunicorn-quick-start', 'myapp:app', '--workers', '4'],
    needs: ['--slow', '/slow'],
    remark:
      'Four workers of the default class answer one request each at a time: what waits in the backlog is cut at the stop (STOP-01). Its graceful_timeout is 30 s, as long as the whole grace of Kubernetes (STOP-06).',
    changes: [
      { line: 'def app(environ, start_response):', why: 'The application is left to the reader.' },
      { line: 'time.sleep(0.6)', why: SLOW },
    ],
  },
]
