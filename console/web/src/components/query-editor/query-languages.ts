import { LRLanguage } from '@codemirror/language'
import type { LRParser } from '@lezer/lr'
import { styleTags, tags } from '@lezer/highlight'
import type { QueryLanguage } from './query-editor.tsx'

const fn = tags.function(tags.variableName)

/** Node names of @grafana/lezer-logql 0.3. */
const logqlTags = styleTags({
  LineComment: tags.comment,
  String: tags.string,
  'Number Duration Bytes Range': tags.number,
  Identifier: tags.labelName,
  'CountOverTime Rate RateCounter BytesOverTime BytesRate AvgOverTime SumOverTime MinOverTime MaxOverTime StddevOverTime StdvarOverTime QuantileOverTime FirstOverTime LastOverTime AbsentOverTime Sum Avg Count Max Min Stddev Stdvar Bottomk Topk Sort Sort_Desc Vector LabelReplace BytesConv DurationConv DurationSecondsConv Ip':
    fn,
  'Json Logfmt Unpack Pattern Regexp Unwrap LabelFormat LineFormat Decolorize Drop Keep By Without Offset Bool On Ignoring GroupLeft GroupRight And Or Unless':
    tags.keyword,
  'Pipe PipeExact PipeMatch PipePattern Npa Eq Neq Re Nre Eql Gtr Gte Lss Lte Add Sub Mul Div Mod Pow': tags.operator,
})

/** Node names of @grafana/lezer-traceql 1.0. */
const traceqlTags = styleTags({
  'LineComment BlockComment': tags.comment,
  String: tags.string,
  'Integer Float Duration': tags.number,
  'Identifier IntrinsicField Event Instrumentation Link Resource Span Parent': tags.labelName,
  'Aggregate MetricsOperationBasicType MetricsOperationHistogram MetricsOperationQuantile MetricsOperationCompare MetricsOverTimeType MetricsAggregatorFunctionType':
    fn,
  'With Static': tags.keyword,
  'FieldOp ScalarOp ComparisonOp And Or Gt Lt Desc Anc Pipe ExperimentalOp UnionStructuralOp': tags.operator,
})

/** Each grammar is a chunk of its own, loaded with the first editor that speaks it. */
export async function loadLanguage(language: QueryLanguage): Promise<LRLanguage> {
  const parser = await loadParser(language)
  return LRLanguage.define({
    name: language,
    parser,
    languageData: { closeBrackets: { brackets: ['(', '[', '{', '"', '`'] } },
  })
}

async function loadParser(language: QueryLanguage): Promise<LRParser> {
  switch (language) {
    case 'logql':
      return (await import('@grafana/lezer-logql')).parser.configure({ props: [logqlTags] })
    case 'traceql':
      return (await import('@grafana/lezer-traceql')).parser.configure({ props: [traceqlTags] })
    case 'promql':
      return (await import('@prometheus-io/lezer-promql')).parser
  }
}
