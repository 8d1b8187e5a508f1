import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { attributes, logs, metrics, traces } from '@playground/protocol/otlp/otlp-samples'
import type { AnyValue } from '@playground/protocol/otlp/common'
import { openRecording } from '../file/open-recording.ts'
import { RecordingWriter } from '../file/recording-writer.ts'
import { mapTexts } from '../map-texts.ts'
import { Redactor } from './redactor.ts'
import { BUILT_IN_RULES, customRule, passesLuhn } from './rules.ts'

const EMAIL = 'ada.lovelace@example.org'
const CARD = '4111 1111 1111 1111'
const TOKEN = 'tok_9f8e7d6c5b'
const CANARY = ` ${EMAIL} ${CARD} ${TOKEN} `
const rules = [...BUILT_IN_RULES, customRule('token', 'tok_[0-9a-f]+')]

/** Every text of the model gets the canary, so a place that is added to the samples is tested without anybody thinking of it. */
const salted = <T>(value: T): T =>
  mapTexts(value, {
    text: (text, place) => (/(?:traceId|spanId|parentSpanId)$/i.test(place) ? text : `${text}${CANARY}`),
  })
const body: AnyValue = { kind: 'kvlist', values: attributes }

describe('redaction', () => {
  it('lets no canary through, in any place of any signal, in either form', async (t) => {
    const directory = await mkdtemp(join(tmpdir(), 'redact-'))
    t.after(() => rm(directory, { recursive: true, force: true }))
    const redactor = new Redactor(rules)
    const nested = logs.map((group) => ({
      ...group,
      scopeLogs: group.scopeLogs.map((scoped) => ({
        ...scoped,
        logRecords: scoped.logRecords.map((record) => ({ ...record, body })),
      })),
    }))
    const writeAll = async (name: string, map: <T>(batch: T, redact: (batch: T) => T) => T) => {
      await using writer = await RecordingWriter.create(join(directory, name))
      await writer.writeLogs(map([...salted(logs), ...salted(nested)], redactor.logs))
      await writer.writeTraces(map(salted(traces), redactor.traces))
      await writer.writeMetrics(map(salted(metrics), redactor.metrics))
      await writer.finish({
        name,
        fromUnixNano: 0n,
        toUnixNano: 1n,
        missing: [],
        proved: [],
        source: map({ query: CANARY }, redactor.facts),
      })
    }
    const secretsIn = async (name: string) => {
      using recording = await openRecording(join(directory, name))
      let all = JSON.stringify(recording.manifest.source)
      // Parquet is compressed by page: its rows are the same texts as the lines', which the row writers get from the redacted batch only.
      for (const entry of ['otlp/logs.jsonl', 'otlp/traces.jsonl', 'otlp/metrics.jsonl'] as const) {
        for await (const chunk of recording.entry(entry)) all += chunk.toString()
      }
      return [EMAIL, CARD, TOKEN].map((secret) => all.split(secret).length - 1)
    }
    await writeAll('plain.zip', (batch) => batch)
    for (const found of await secretsIn('plain.zip'))
      assert.ok(found > 40, `the canary is in ${found} places to begin with`)
    await writeAll('redacted.zip', (batch, redact) => redact(batch))
    assert.deepEqual(await secretsIn('redacted.zip'), [0, 0, 0])
    for (const { rule, replaced, distinct } of redactor.report()) {
      assert.ok(replaced > 40, `${rule}: ${replaced}`)
      assert.equal(distinct, 1, rule)
    }
  })

  it('gives one secret one pseudonym, however it is written, and another key another one', () => {
    const redactor = new Redactor(rules)
    const [plain, encoded, escaped, other] = redactor.facts([
      EMAIL,
      EMAIL.replace('@', '%40'),
      EMAIL.replace('@', '\\u0040'),
      'bob@example.org',
    ])
    assert.match(plain ?? '', /^redacted-email-[0-9a-f]{12}$/)
    assert.equal(encoded, plain)
    assert.equal(escaped, plain)
    assert.notEqual(other, plain)
    assert.equal(redactor.facts('4111-1111-1111-1111'), redactor.facts(CARD))
    assert.notEqual(new Redactor(rules).facts(EMAIL), plain)
    const key = Buffer.alloc(32, 7)
    assert.equal(new Redactor(rules, key).facts(EMAIL), new Redactor(rules, key).facts(EMAIL))
  })

  it('finds a card number that is an integer, and leaves times, ids and failing checksums alone', () => {
    const redactor = new Redactor(rules)
    assert.deepEqual(redactor.facts({ kind: 'int', value: 4111111111111111n }), {
      kind: 'string',
      value: redactor.facts('4111111111111111'),
    })
    for (const text of [
      '1763840000000000000',
      '4111111111111112',
      '41111111111111111111111111111111',
      'order 42 of 2026-11-22',
    ]) {
      assert.equal(redactor.facts(text), text)
    }
    assert.equal(passesLuhn('79927398713'), true)
    assert.equal(passesLuhn('79927398710'), false)
  })

  it('refuses an expression that would match everywhere or is none', () => {
    assert.throws(() => customRule('all', 'x*'), /matches the empty text/)
    assert.throws(() => customRule('bad', '('), /--redact bad: /)
  })
})
