import type { Example } from './example.ts'

export const JAVA_EXAMPLES: readonly Example[] = [
  {
    name: 'spring-boot',
    title: 'Spring Boot: its graceful shutdown',
    framework: 'Spring Boot',
    language: 'java',
    source: {
      url: 'https://docs.spring.io/spring-boot/reference/web/graceful-shutdown.html',
      title: 'Spring Boot, "Graceful Shutdown"',
      date: '2026-11-23',
      version: '4.0.0',
      licence: 'Apache-2.0',
      taken: 'followed',
    },
    files: ['src/main/java/example/Application.java', 'src/main/resources/application.properties', 'pom.xml'],
    versions: { 'spring-boot': '4.0.0' },
    requires: 'mvn',
    build: ['mvn', '-q', '-f', 'examples/spring-boot/pom.xml', 'package'],
    command: ['java', '-jar', '../build/zoo/examples-spring-boot/spring-boot-1.0.0.jar'],
    needs: ['--slow', '/slow', '--start-within', '120s'],
    aboutChanges: {
      'START-05': 'How the port is read was added here.',
      'START-06': 'How the port is read was added here.',
    },
    changes: [
      {
        line: 'server.port=${PORT:8080}',
        why: 'Several replicas run on one machine at once, so each is told its port.',
      },
      { line: 'String root() {', why: 'An application has something to answer.' },
      { line: 'Thread.sleep(600);', why: 'A request that takes a while is what a graceful stop is for.' },
    ],
  },
]
