// Correlations: a value in a field of one data source's answer becomes a query to another.
import { logQuery } from '../lab/proof/evidence.ts'
import { asArray, asText, field, parseObject } from '../lab/json.ts'
import type { LinkContext } from './context.ts'
import type { Variables } from './interpolate.ts'
import { ConfigurationFault, expectSome, follow } from './link-result.ts'
import type { LinkResult } from './link-result.ts'
import { dataSourceOf } from './provisioning.ts'
import { runQuery } from './run-query.ts'
import { logqlLines } from './store-api.ts'

export function proveCorrelations(context: LinkContext): Promise<LinkResult>[] {
  const { provisioning, traffic, deadlineMs } = context
  return [...provisioning.dataSources.values()].flatMap((source) =>
    asArray(field(source.settings, 'correlations')).map((raw) => {
      const name = asText(field(raw, 'label'))
      return follow({ kind: 'correlation', name, file: source.file }, deadlineMs, async (hop) => {
        const correlation = await hop('configuration', () => {
          if (source.type !== 'loki' || field(raw, 'config', 'field') !== 'Line')
            throw new ConfigurationFault('only correlations from the field Line of Loki are evaluated by this proof')
          if (field(raw, 'config', 'type') !== 'query' || field(raw, 'type') !== undefined)
            throw new ConfigurationFault('expected type: query in config, and no type beside it')
          return source.expand(raw)
        })
        const target = await hop('target data source', () =>
          dataSourceOf(provisioning, field(correlation, 'targetUID')),
        )
        const transformations = asArray(field(correlation, 'config', 'transformations'))
        const found: string[] = []
        for (const { traceId, what } of [
          { traceId: traffic.failed.traceId, what: 'an error line' },
          { traceId: traffic.placed.traceId, what: 'a line of an order that was placed' },
        ]) {
          const lines = await hop(`log lines of the request`, async () =>
            expectSome(await logqlLines(source.url, logQuery(traceId), traffic.range), `lines with ${traceId} in Loki`),
          )
          const candidates = lines
            .filter(({ line }) => what !== 'an error line' || parseObject(line)['level'] === 'error')
            .map(({ line }) => transform(line, transformations))
            .filter((variables) => Object.keys(variables).length > 0)
          const [variables] = await hop('transformation', () =>
            expectSome(candidates, `${what} in which ${expressionsOf(transformations)} finds something`),
          )
          const query = field(correlation, 'config', 'target')
          const answer = await runQuery(hop, {
            provisioning,
            source: target,
            target: query,
            variables,
            range: traffic.range,
          })
          found.push(`${answer} for ${what}`)
        }
        return `${found.join(', ')} in ${target.uid}`
      })
    }),
  )
}

const expressionsOf = (transformations: unknown[]) =>
  transformations.map((transformation) => asText(field(transformation, 'expression'))).join(', ')

/** Regular expressions only. Named groups name variables; otherwise the first group, or the whole match, is `mapValue`. */
function transform(line: string, transformations: unknown[]): Variables {
  const variables: Variables = {}
  for (const transformation of transformations) {
    if (field(transformation, 'type') !== 'regex')
      throw new ConfigurationFault(`a transformation of type ${String(field(transformation, 'type'))} is not evaluated`)
    const name = asText(field(transformation, 'mapValue')) || asText(field(transformation, 'field'))
    for (const match of line.matchAll(new RegExp(asText(field(transformation, 'expression')), 'gi'))) {
      if (match.groups === undefined) variables[name] = match[1] ?? match[0]
      else Object.assign(variables, match.groups)
    }
  }
  return variables
}
