/** What the certificate page says, in Chinese and English. */
import type { CertificateState } from '../../w3c/index.ts'

export type Language = 'zh' | 'en'

/** What the page shows: a verdict of the check, or why there is none. */
export type PageState = CertificateState | 'INVALID' | 'NOT_FOUND' | 'UNREACHABLE' | 'CHECKING'

interface Texts {
  readonly title: string
  /** The button to the other language. */
  readonly other: string
  /** Between items of a list. */
  readonly separator: string
  readonly states: { readonly [State in PageState]: readonly [heading: string, explanation: string] }
  readonly holder: string
  readonly institution: string
  readonly trades: string
  readonly valid: string
  readonly issued: string
  readonly checked: string
  readonly since: string
  readonly cached: string
  readonly how: string
  readonly notFinal: string
  readonly tradeNames: { readonly [trade: string]: string }
}

export const TEXTS: { readonly [Name in Language]: Texts } = {
  zh: {
    title: '健康证查验',
    other: 'English',
    separator: '、',
    states: {
      CHECKING: ['正在查验…', ''],
      VALID: ['有效', '签名、账本收据和状态列表均已在本机验证。'],
      NOT_YET_VALID: ['尚未生效', '证书真实，但有效期还没有开始。'],
      EXPIRED: ['已过期', '证书真实，但有效期已过。'],
      SUSPENDED: ['已暂停', '发证机构暂停了这张证书。'],
      REVOKED: ['已吊销', '发证机构吊销了这张证书。'],
      STATUS_UNKNOWN: ['状态未知', '证书真实，但没有最近 24 小时内的状态列表。'],
      INVALID: ['无效', '此证书未通过验证，请勿采信。'],
      NOT_FOUND: ['未找到', '节点已应答：此链接没有对应的证书，或机构已将其撤下。请核对链接。'],
      UNREACHABLE: [
        '无法连接',
        '没有联系上节点，本机也没有保存这张证书。请检查网络后重试；这不说明证书有无问题。',
      ],
    },
    holder: '持证人',
    institution: '发证机构',
    trades: '从业类别',
    valid: '有效期',
    issued: '上链时间',
    checked: '查验时间',
    since: '状态未知，自',
    cached: '当前离线：使用上次载入的数据查验。',
    how: '查验在您的浏览器中完成，由账本各节点所用的同一 WebAssembly 模块计算。不显示任何检查结果。',
    notFinal: '该收据尚未由规定数量的成员联署。',
    tradeNames: {
      food: '食品',
      'public-places': '公共场所',
      cosmetics: '化妆品',
      'drinking-water': '饮用水',
      drugs: '药品',
    },
  },
  en: {
    title: 'Health certificate check',
    other: '中文',
    separator: ', ',
    states: {
      CHECKING: ['Checking…', ''],
      VALID: ['VALID', 'Signature, ledger receipt and status lists were verified on this device.'],
      NOT_YET_VALID: ['NOT YET VALID', 'The certificate is genuine, but its time has not begun.'],
      EXPIRED: ['EXPIRED', 'The certificate is genuine, but its time has passed.'],
      SUSPENDED: ['SUSPENDED', 'The institution has suspended this certificate.'],
      REVOKED: ['REVOKED', 'The institution has revoked this certificate.'],
      STATUS_UNKNOWN: [
        'STATUS UNKNOWN',
        'The certificate is genuine, but there is no status list of the last 24 hours.',
      ],
      INVALID: ['INVALID', 'This certificate did not verify. Do not rely on it.'],
      NOT_FOUND: [
        'NOT FOUND',
        'The node answered: no certificate belongs to this link, or it was withdrawn. Check the link.',
      ],
      UNREACHABLE: [
        'NOT REACHED',
        'The node did not answer, and nothing of this link is kept here. This says nothing of the certificate.',
      ],
    },
    holder: 'Holder',
    institution: 'Institution',
    trades: 'Trades',
    valid: 'Valid',
    issued: 'On the ledger since',
    checked: 'Checked',
    since: 'Status unknown since',
    cached: 'Offline: checked with the data that was loaded last.',
    how:
      'The check ran in your browser, in the WebAssembly module that every node of the ledger uses. No ' +
      'exam result is shown.',
    notFinal: 'The receipt is not yet cosigned by the quorum of members.',
    tradeNames: {
      food: 'food',
      'public-places': 'public places',
      cosmetics: 'cosmetics',
      'drinking-water': 'drinking water',
      drugs: 'drugs',
    },
  },
}
