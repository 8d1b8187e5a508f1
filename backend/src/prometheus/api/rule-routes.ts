import type { FastifyInstance } from 'fastify'
import { requestParams } from '../../http/index.ts'
import { formatSampleValue } from '../promql/go-format.ts'
import { type Alert, AlertingRule } from '../rules/alerting-rule.ts'
import { RuleFileError } from '../rules/rule-file.ts'
import type { RuleManager } from '../rules/rule-manager.ts'
import type { RuleEntry, RuleGroup } from '../rules/rule-group.ts'
import { invalidParameter } from './query-params.ts'

/** /api/v1/rules and alerts, and /-/reload, which reads the rule files again. */
export function ruleRoutes(app: FastifyInstance, { rules }: { rules: RuleManager }): void {
  app.route({
    method: ['POST', 'PUT'],
    url: '/-/reload',
    handler: async (_, reply) => {
      reply.type('text/plain; charset=utf-8')
      try {
        rules.reload()
        return ''
      } catch (error) {
        if (!(error instanceof RuleFileError)) throw error
        return reply.code(500).send(`failed to reload config: ${error.message}\n`)
      }
    },
  })

  app.get('/api/v1/rules', async (request) => {
    const params = requestParams(request)
    const type = params.get('type') ?? ''
    if (!['', 'alert', 'record'].includes(type))
      throw invalidParameter('type', `not supported value ${JSON.stringify(type)}`)
    const files = params.getAll('file[]')
    const names = params.getAll('rule_group[]')
    const ruleNames = params.getAll('rule_name[]')
    const chosen = (list: readonly string[], one: string) => list.length === 0 || list.includes(one)
    const data = rules.groups
      .filter(({ spec }) => chosen(files, spec.file) && chosen(names, spec.name))
      .map((group) => describeGroup(group, (entry) => isType(entry, type) && chosen(ruleNames, ruleName(entry))))
      .filter((group) => group.rules.length > 0 || (type === '' && ruleNames.length === 0))
    return { status: 'success', data: { groups: data } }
  })

  app.get('/api/v1/alerts', async () => {
    const alerts = rules.groups.flatMap(({ entries }) =>
      entries.flatMap(({ rule }) => (rule instanceof AlertingRule ? rule.alerts.map(describeAlert) : [])),
    )
    return { status: 'success', data: { alerts } }
  })
}

function isType({ rule }: RuleEntry, type: string): boolean {
  return type === '' || rule instanceof AlertingRule === (type === 'alert')
}

function ruleName({ rule }: RuleEntry): string {
  return rule instanceof AlertingRule ? rule.spec.alert : rule.spec.record
}

function describeGroup(
  { spec, entries, evaluationSeconds, lastEvaluationMs }: RuleGroup,
  keep: (entry: RuleEntry) => boolean,
) {
  return {
    name: spec.name,
    file: spec.file,
    rules: entries.filter(keep).map(describeRule),
    interval: spec.intervalMs / 1000,
    limit: spec.limit,
    evaluationTime: evaluationSeconds,
    lastEvaluation: new Date(lastEvaluationMs).toISOString(),
  }
}

function describeRule({ rule, health }: RuleEntry) {
  const state = {
    health: health.health,
    ...(health.lastError !== '' && { lastError: health.lastError }),
    evaluationTime: health.evaluationSeconds,
    lastEvaluation: new Date(health.lastEvaluationMs).toISOString(),
  }
  if (!(rule instanceof AlertingRule)) {
    const { record, expr, labels } = rule.spec
    return { name: record, query: expr, labels, ...state, type: 'recording' }
  }
  const { alert, expr, labels, annotations, forMs, keepFiringForMs } = rule.spec
  return {
    state: rule.state,
    name: alert,
    query: expr,
    duration: forMs / 1000,
    keepFiringFor: keepFiringForMs / 1000,
    labels,
    annotations,
    alerts: rule.alerts.map(describeAlert),
    ...state,
    type: 'alerting',
  }
}

function describeAlert({ labels, annotations, state, activeAtMs, keepFiringSinceMs, value }: Alert) {
  return {
    labels: labels.toObject(),
    annotations,
    state,
    activeAt: new Date(activeAtMs).toISOString(),
    ...(keepFiringSinceMs !== undefined && { keepFiringSince: new Date(keepFiringSinceMs).toISOString() }),
    value: formatSampleValue(value),
  }
}
