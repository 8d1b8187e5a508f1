// What can be said of the Compose files without an engine: every container is fenced in, every image pinned, every port on loopback
// and movable, and every answer checked. Whether it runs is for the tests in test/docker.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, test } from 'node:test'
import { parseEnv } from 'node:util'
import { parse } from 'yaml'
import { asArray, asText, field } from '../scripts/lab/json.ts'
import { PORTS } from '../scripts/lab/ports.ts'
import { AGENT_NAMES, GRAFANA_SWITCH, TRACE_STORES } from '../scripts/lab/runtime/docker-settings.ts'
import { ROOT } from '../scripts/lab/settings.ts'

type Service = Record<string, unknown>

/** Runs once, as root, and is gone before anything else starts. */
const ONE_SHOT = 'prepare'
/** Made here, so there is nothing to pin. */
const OURS = /^playground\/[a-z]+:local$/
const SCALE_OUT = 'docker-compose.scale-out.yaml'
const PINNED = /^\$\{[A-Z0-9_]+_IMAGE\}$/
const PUBLISHED = /^127\.0\.0\.1:\$\{([A-Z_]+):-(\d+)\}:(\d+)$/
const MOVABLE = new Map(Object.values(PORTS).map((port): [string, number] => [port.env, port.default]))

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const pins = Object.entries(parseEnv(read('.env'))).filter(([name]) => name.endsWith('_IMAGE'))
const services = composeServices()

describe('every container of the lab', () => {
  test('there are as many as there should be: one of each agent, and of each store for traces', () => {
    const names = services.map(({ name }) => name)
    assert.equal(names.filter((name) => name === 'agent').length, AGENT_NAMES.length)
    assert.deepEqual(
      TRACE_STORES.filter((store) => !names.includes(store)),
      [],
    )
    assert.ok(names.length >= 18, names.join(', '))
  })

  for (const { name, file, service } of services) {
    test(`${name} (${file}) is fenced in, pinned, and asked for its health`, () => {
      assert.deepEqual(faults(name, service), [])
    })
  }
})

describe('a container that is not fenced in is noticed', () => {
  const good = services.find(({ name }) => name === 'loki')?.service ?? {}
  const spoilt: Record<string, Service> = {
    'runs as root': { ...good, user: '0:0' },
    'may write to its root': { ...good, read_only: false },
    'keeps capabilities': { ...good, cap_drop: ['NET_RAW'] },
    'may gain privileges': { ...good, security_opt: [] },
    'has no memory limit': { ...good, mem_limit: undefined },
    'has a name of its own': { ...good, container_name: 'loki' },
    'writes logs without end': { ...good, logging: { driver: 'json-file' } },
    'names its image itself': { ...good, image: 'grafana/loki:latest' },
    'is published on every address': { ...good, ports: ['${LOKI_PORT:-3100}:3100'] },
    'has a port that cannot be moved': { ...good, ports: ['127.0.0.1:3100:3100'] },
    'moves another port': { ...good, ports: ['127.0.0.1:${TEMPO_PORT:-3100}:3100'] },
    'is healthy as soon as its port is open': {
      ...good,
      healthcheck: { ...asObject(field(good, 'healthcheck')), test: ['CMD', 'nc', '-z', 'localhost', '3100'] },
    },
    'asks for its health without a word of the answer': {
      ...good,
      healthcheck: {
        ...asObject(field(good, 'healthcheck')),
        test: ['CMD', '/probe/http-probe', 'http://127.0.0.1:3100/ready'],
      },
    },
  }
  assert.deepEqual(faults('loki', good), [])
  for (const [what, service] of Object.entries(spoilt)) {
    test(`one that ${what}`, () => {
      assert.equal(faults('loki', service).length, 1)
    })
  }
})

describe('.env', () => {
  /** What the last tag of Grafana Agent comes to is stated by no public source that was found. */
  const withoutDigest = ['GRAFANA_AGENT_IMAGE']

  for (const [name, image = ''] of pins) {
    test(`${name} is pinned`, () => {
      assert.equal(pinFault(image, withoutDigest.includes(name)), undefined)
    })
  }

  test('every image that is referred to has a pin, and every pin is referred to', () => {
    const text = [...composeFiles(), 'Dockerfile'].map(read).join('\n')
    const used = new Set([...text.matchAll(/\$\{([A-Z0-9]+(?:_[A-Z0-9]+)*_IMAGE)\}/g)].map(([, name = '']) => name))
    assert.deepEqual([...used].toSorted(), pins.map(([name]) => name).toSorted())
  })

  test('its choices are ones there are', () => {
    const env = parseEnv(read('.env'))
    assert.ok(AGENT_NAMES.some((name) => name === env['AGENT']))
    assert.ok(TRACE_STORES.some((name) => name === env['TRACES']))
    assert.ok(GRAFANA_SWITCH.some((name) => name === env['GRAFANA']))
  })

  test('an image without an exact tag or with half a digest is noticed', () => {
    assert.ok(pinFault('grafana/loki:latest', true))
    assert.ok(pinFault('grafana/loki', true))
    assert.ok(pinFault('grafana/loki:3.7.8', false))
    assert.ok(pinFault('grafana/loki:3.7.8@sha256:1107', false))
  })
})

describe('choices', () => {
  const files: [string, readonly string[]][] = [
    ['agent/compose', AGENT_NAMES],
    ['stores/compose', [...TRACE_STORES, 'container']],
    ['grafana/compose', [...GRAFANA_SWITCH, ...TRACE_STORES.map((store) => `with-${store}`)]],
  ]
  for (const [folder, names] of files) {
    test(`${folder} has a file for each value and none besides`, () => {
      const found = globSync('*.yaml', { cwd: join(ROOT, folder) }).map((file) => file.replace('.yaml', ''))
      assert.deepEqual(found.toSorted(), [...names].toSorted())
    })
  }
})

test('the images know every workspace of the lockfile, without which npm ci refuses to install any', () => {
  const manifest: unknown = JSON.parse(read('package.json'))
  const workspaces = asArray(field(manifest, 'workspaces')).flatMap((pattern) =>
    globSync(join(asText(pattern), 'package.json'), { cwd: ROOT }).map((file) => dirname(file)),
  )
  const dockerfile = read('Dockerfile')
  assert.ok(workspaces.length >= 8)
  assert.deepEqual(
    workspaces.filter((folder) => !dockerfile.includes(`COPY ${folder}/package.json ${folder}/`)),
    [],
  )
  const letIn = read('.dockerignore').split('\n')
  assert.deepEqual(
    workspaces.filter(
      (folder) => ![folder, dirname(folder), `${folder}/package.json`].some((path) => letIn.includes(`!${path}`)),
    ),
    [],
  )
})

function composeFiles(): string[] {
  return ['docker-compose.yaml', SCALE_OUT, ...globSync('{agent,stores,grafana}/compose/*.yaml', { cwd: ROOT })]
}

/** Every service of every file, with what it extends; the four that only are parts of others are left out. */
function composeServices(): { name: string; file: string; service: Service }[] {
  return composeFiles()
    .filter((file) => !/\/(container|with-\w+)\.yaml$/.test(file))
    .flatMap((file) =>
      Object.keys(asObject(field(parseFile(file), 'services')))
        // Which agent is a setting; each of its files is looked at by itself, with what the main file adds.
        .filter((name) => !(file === 'docker-compose.yaml' && name === 'agent'))
        // The overlay changes some of the others' settings; what it adds has an image.
        .filter((name) => file !== SCALE_OUT || field(parseFile(file), 'services', name, 'image') !== undefined)
        .map((name) => ({ name, file, service: resolved(file, name) })),
    )
}

function asObject(value: unknown): Service {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function parseFile(file: string): unknown {
  return parse(read(file), { merge: true })
}

/** `extends`, as Compose does it: the extending service's keys win, lists are joined. */
function resolved(file: string, name: string): Service {
  const own = asObject(field(parseFile(file), 'services', name))
  if (own['extends'] === undefined) return own
  const base = asText(field(own, 'extends', 'file')).replace('${TRACES:-tempo}', 'tempo')
  const inherited = resolved(join(dirname(file), base), asText(field(own, 'extends', 'service')))
  return merged(inherited, own)
}

function merged(base: Service, own: Service): Service {
  const keys = new Set([...Object.keys(base), ...Object.keys(own)])
  return Object.fromEntries(
    [...keys].map((key) => {
      const [under, over] = [base[key], own[key]]
      if (under === undefined || over === undefined) return [key, over ?? under]
      if (Array.isArray(under)) return [key, [...asArray(under), ...asArray(over)]]
      if (key === 'healthcheck') return [key, { ...asObject(under), ...asObject(over) }]
      return [key, over]
    }),
  )
}

function faults(name: string, service: Service): string[] {
  const isOneShot = name === ONE_SHOT
  const image = asText(service['image'])
  const checks: [boolean, string][] = [
    [isOneShot || /^[1-9]\d*:\d+$/.test(asText(service['user'])), 'user: expected a number that is not 0'],
    [service['read_only'] === true, 'read_only: expected true'],
    [asArray(service['cap_drop']).includes('ALL'), 'cap_drop: expected ALL'],
    [isOneShot || service['cap_add'] === undefined, 'cap_add: expected none'],
    [service['privileged'] === undefined, 'privileged: expected none'],
    [asArray(service['security_opt']).includes('no-new-privileges:true'), 'security_opt: expected no-new-privileges'],
    [/^\d+m$/.test(asText(service['mem_limit'])), 'mem_limit: expected megabytes'],
    [service['container_name'] === undefined, 'container_name: expected none, or two labs cannot run'],
    [isOneShot || asText(field(service, 'logging', 'options', 'max-size')) !== '', 'logging: expected a max-size'],
    [OURS.test(image) || PINNED.test(image), `image: expected one of .env, got ${image}`],
    [isOneShot || isHealthAsked(service), 'healthcheck: expected an answer that is looked at'],
  ]
  return [
    ...checks.flatMap(([holds, fault]) => (holds ? [] : [fault])),
    ...asArray(service['ports']).flatMap((port) => portFault(asText(port)) ?? []),
  ]
}

/** By HTTP with a word of the body, or in Postgres by a query. What runs to its end (k6) has nothing to ask. */
function isHealthAsked(service: Service): boolean {
  const [kind, command, ...args] = asArray(field(service, 'healthcheck', 'test')).map(asText)
  if (service['restart'] === 'no') return field(service, 'healthcheck', 'disable') === true
  if (kind !== 'CMD') return false
  if (command === 'psql') return args.some((arg) => /^SELECT\b/.test(arg))
  const [url = '', word = ''] = args
  return command === '/probe/http-probe' && /^http:\/\/127\.0\.0\.1:\d+\/./.test(`${url} `) && word.length >= 2
}

function portFault(port: string): string | undefined {
  const [, variable = '', outside, inside] = PUBLISHED.exec(port) ?? []
  if (outside === undefined) return `ports: expected 127.0.0.1:\${NAME_PORT:-number}:number, got ${port}`
  if (MOVABLE.get(variable) !== Number(outside)) return `ports: ${variable}:-${outside} is not what ports.ts says`
  const own = outside === inside || ['0', '14317', '14318'].includes(outside)
  return own ? undefined : `ports: ${port} leads to another port than the default`
}

function pinFault(image: string, mayLackDigest: boolean): string | undefined {
  const [, tag, digest] = /^[a-z0-9./-]+:([\w.-]+)(?:@(sha256:[0-9a-f]{64}))?$/.exec(image) ?? []
  if (tag === undefined || !/\d+\.\d+/.test(tag)) return `${image}: expected an exact tag`
  return digest === undefined && !mayLackDigest ? `${image}: expected a digest` : undefined
}
