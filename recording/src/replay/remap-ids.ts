/** New trace and span ids, the same for the same: in spans, links, log records, exemplars, and wherever a known id stands in a text. */
import { createHash } from 'node:crypto'
import type { Recording } from '../file/open-recording.ts'
import { isValidId } from '../file/valid-id.ts'
import { mapTexts } from '../map-texts.ts'

const HEX_RUN = /(?<![0-9a-zA-Z])(?:[0-9a-f]{32}|[0-9a-f]{16})(?![0-9a-zA-Z])/g

export class IdMap {
  readonly #salt: string
  readonly #known = new Set<string>()

  private constructor(salt: string) {
    this.#salt = salt
  }

  /** Only ids of the recording are mapped: another number of 32 digits stays what it was. */
  static async of(recording: Recording, salt: string): Promise<IdMap> {
    const map = new IdMap(salt)
    for await (const batch of recording.traces()) {
      for (const { scopeSpans } of batch) {
        for (const { traceId, spanId } of scopeSpans.flatMap(({ spans }) => spans)) {
          map.#known.add(traceId)
          map.#known.add(spanId)
        }
      }
    }
    for await (const batch of recording.logs()) {
      for (const { scopeLogs } of batch) {
        for (const { traceId, spanId } of scopeLogs.flatMap(({ logRecords }) => logRecords)) {
          if (isValidId(traceId)) map.#known.add(traceId)
          if (isValidId(spanId)) map.#known.add(spanId)
        }
      }
    }
    return map
  }

  apply<T>(batch: T): T {
    return mapTexts(batch, {
      text: (text) => text.replace(HEX_RUN, (id) => (this.#known.has(id) ? this.#new(id) : id)),
    })
  }

  #new(id: string): string {
    return createHash('sha256').update(`${this.#salt}\0${id}`).digest('hex').slice(0, id.length)
  }
}
