/** What the start page says, in Chinese and English. */
import type { ReceiptState } from './check.ts'

export type Language = 'zh' | 'en'

/** What stands above a receipt's check: its outcome, or why there was none. */
export type ResultState = ReceiptState | 'UNREADABLE' | 'NO_TRUST'

/** Texts of the page's fixed elements, by their `data-text`. */
interface FixedTexts {
  readonly title: string
  readonly lead: string
  readonly certificateHeading: string
  readonly certificateLabel: string
  readonly certificateFile: string
  readonly check: string
  readonly receiptHeading: string
  readonly receiptLead: string
  readonly receiptLabel: string
  readonly receiptFile: string
  readonly transactionLabel: string
  readonly genesisFile: string
  readonly forget: string
  readonly integratorsHeading: string
  readonly docs: string
  readonly openapi: string
  readonly info: string
  readonly ready: string
  readonly sources: string
  readonly metrics: string
  readonly auditorsHeading: string
  readonly checkpoint: string
  readonly trust: string
  readonly tiles: string
  readonly copy: string
  readonly how: string
}

interface Texts extends FixedTexts {
  /** The button to the other language. */
  readonly other: string
  /** Between items of a list. */
  readonly separator: string
  readonly ledger: string
  readonly member: string
  readonly size: string
  readonly time: string
  readonly settled: string
  readonly rules: string
  readonly final: string
  readonly notFinal: string
  readonly loading: string
  readonly cached: string
  readonly unreachable: string
  readonly unproven: string
  readonly noHash: string
  readonly tooLarge: string
  readonly notJson: string
  readonly noId: string
  readonly noTrust: string
  readonly replaced: string
  readonly trustNode: string
  readonly trustGenesis: string
  readonly copied: string
  readonly states: { readonly [State in ResultState]: readonly [heading: string, explanation: string] }
  readonly type: string
  readonly signer: string
  readonly code: string
  readonly id: string
  readonly recorded: string
  readonly height: string
  readonly index: string
  readonly cosigned: string
  readonly nobody: string
}

export type FixedText = keyof FixedTexts

export const TEXTS: { readonly [Name in Language]: Texts } = {
  zh: {
    title: '医疗联盟账本的一个节点',
    lead: '各成员机构签署的事实记在同一本只增不改的账上；任何人都可以查验，患者资料不上账。',
    other: 'English',
    separator: '、',
    ledger: '账本',
    member: '本节点的成员',
    size: '条目数',
    time: '最新检查点',
    settled: '最终性',
    rules: '规则版本',
    final: '最终：已由规定数量的成员联署',
    notFinal: '尚未最终：联署的成员未达规定数量',
    loading: '正在载入…',
    cached: '当前离线：显示上次载入的数据。',
    unreachable: '没有联系上节点。',
    unproven: '节点的检查点未通过验证：',
    certificateHeading: '查验健康证',
    certificateLabel: '健康证的链接或编号（64 位十六进制）',
    certificateFile: '或健康证文件（JSON）',
    check: '查验',
    noHash: '其中没有 64 位十六进制的编号。',
    receiptHeading: '查验收据',
    receiptLead: '收据只在本机查验，不会发送到任何地方。也可以把文件拖到页面上。',
    receiptLabel: '收据（JSON）',
    receiptFile: '或收据文件',
    transactionLabel: '交易编号（可不填；填写后，收据必须属于该交易）',
    genesisFile: '创世文件（可不选；选择后不必信任任何节点）',
    forget: '不再使用创世文件',
    tooLarge: '内容超过 1 MiB，不会是收据、证书或创世文件；没有读取。',
    notJson: '内容不是 JSON，或有重复的字段名，或嵌套过深。',
    noId: '交易编号应为 64 位小写十六进制。',
    noTrust: '没有可用的密钥：没有联系上节点，请选择创世文件。',
    replaced: '此收据的签名密钥可能早已更换，而本节点只证明其后的密钥：请选择创世文件再查。',
    trustNode: '信任对象：本节点所称的密钥，账本 ',
    trustGenesis: '信任对象：您选择的创世文件，不信任节点。账本 ',
    states: {
      VALID: ['有效', '账本接受了这笔交易；签名、证明和联署均已在本机验证。'],
      NOT_FINAL: ['真实，尚未最终', '账本接受了这笔交易，但联署的成员未达规定数量。'],
      REFUSED: ['已拒绝', '收据真实，证明账本拒绝了这笔交易。'],
      INVALID: ['无效', '此收据不能证明任何事，请勿采信。'],
      UNREADABLE: ['无法读取', '这不是收据。'],
      NO_TRUST: ['无法查验', '这不说明收据有无问题。'],
    },
    type: '类型',
    signer: '签名公钥',
    code: '拒绝原因',
    id: '交易编号',
    recorded: '区块时间',
    height: '区块高度',
    index: '条目序号',
    cosigned: '联署成员',
    nobody: '无',
    integratorsHeading: '集成开发',
    docs: '接口说明，可阅读和试用',
    openapi: '同样内容的 OpenAPI 3.1',
    info: '账本、密钥、限制与代码',
    ready: '本节点是否接收交易',
    sources:
      '随软件提供的文档：README.md（快速开始）、docs/client.md（SDK）、docs/shell-client.md、docs/http.md。',
    metrics: '运行指标不在此地址，而在运维人员自己的地址：docs/operations.md。',
    auditorsHeading: '审计',
    checkpoint: '最新的签名检查点（C2SP tlog-checkpoint）',
    trust: '创世以来密钥和规定数量的每次变更，逐一证明',
    tiles: '日志的哈希（C2SP tlog-tiles）',
    copy: '复制命令',
    copied: '已复制',
    how: '查验由账本各节点所用的同一 WebAssembly 模块在您的浏览器中完成。',
  },
  en: {
    title: 'A node of a healthcare ledger',
    lead:
      'Members sign facts into one log that only grows. Anyone can check what it says; patient data stays ' +
      'off it.',
    other: '中文',
    separator: ', ',
    ledger: 'Ledger',
    member: 'Member of this node',
    size: 'Entries',
    time: 'Latest checkpoint',
    settled: 'Settled',
    rules: 'Rules version',
    final: 'final: cosigned by the quorum of members',
    notFinal: 'not final yet: fewer members than the quorum have cosigned',
    loading: 'Loading…',
    cached: 'Offline: this is what was loaded last.',
    unreachable: 'The node did not answer.',
    unproven: "The node's checkpoint did not verify: ",
    certificateHeading: 'Check a health certificate',
    certificateLabel: 'Link or hash (64 hex digits) of the certificate',
    certificateFile: 'Or its file (JSON)',
    check: 'Check',
    noHash: 'There is no hash of 64 hex digits in it.',
    receiptHeading: 'Check a receipt',
    receiptLead:
      'A receipt is checked on this device and sent nowhere. Files may be dropped on the page too.',
    receiptLabel: 'Receipt (JSON)',
    receiptFile: 'Or its file',
    transactionLabel: 'Transaction id (optional: the receipt must then be that one’s)',
    genesisFile: 'Genesis file of the ledger (optional: then no node is trusted)',
    forget: 'Go without the genesis file',
    tooLarge: 'This is over 1 MiB, which no receipt, certificate or genesis file is. It was not read.',
    notJson: 'This is not JSON, or has a key twice, or is nested too deep.',
    noId: 'A transaction id is 64 lower-case hex digits.',
    noTrust: 'There are no keys to check with: the node did not answer. Choose a genesis file.',
    replaced:
      'Its keys may be those of genesis, long replaced, of which this node proves nothing: choose the genesis file.',
    trustNode: 'Trusted: the keys that this node names, ledger ',
    trustGenesis: 'Trusted: the genesis file that you chose, and no node. Ledger ',
    states: {
      VALID: [
        'VALID',
        'The ledger accepted this transaction: signatures, proofs and cosignatures verified here.',
      ],
      NOT_FINAL: [
        'GENUINE BUT NOT FINAL',
        'The ledger accepted it; fewer members than the quorum have cosigned.',
      ],
      REFUSED: ['REFUSED', 'The receipt is genuine, and proves that the ledger refused this transaction.'],
      INVALID: ['INVALID', 'This receipt proves nothing. Do not rely on it.'],
      UNREADABLE: ['NOT READ', 'This is no receipt.'],
      NO_TRUST: ['NOT CHECKED', 'This says nothing of the receipt.'],
    },
    type: 'Type',
    signer: 'Signed by key',
    code: 'Refused because',
    id: 'Transaction id',
    recorded: 'Time of its block',
    height: 'Block height',
    index: 'Index in the log',
    cosigned: 'Cosigned by',
    nobody: 'nobody',
    integratorsHeading: 'For integrators',
    docs: 'the API, to read and to try',
    openapi: 'the same as OpenAPI 3.1',
    info: 'ledger, keys, limits and codes',
    ready: 'whether this node takes transactions',
    sources:
      'With the software come README.md (quick start), docs/client.md (SDK), docs/shell-client.md and ' +
      'docs/http.md.',
    metrics: 'Metrics are not here but at the operators’ own address: docs/operations.md.',
    auditorsHeading: 'For auditors',
    checkpoint: 'the latest signed checkpoint (C2SP tlog-checkpoint)',
    trust: 'every change of keys and quorum since genesis, each proven',
    tiles: 'the hashes of the log (C2SP tlog-tiles)',
    copy: 'Copy the commands',
    copied: 'Copied',
    how: 'Checks run in your browser, in the WebAssembly module that every node of the ledger uses.',
  },
}
