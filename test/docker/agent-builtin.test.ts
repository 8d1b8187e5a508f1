import { describeLab } from './lab-suite.ts'

describeLab('builtin')
