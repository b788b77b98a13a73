/** Features of a node beside its ledger: encrypted contents, certificates, erasures, the sweep of private parts. */
export { CertificateDesk, type CertificateUpload, type NodeCertificates } from './certificates.ts'
export { Erasures } from './erasures.ts'
export { sweepUntil } from './sweep.ts'
export {
  type ContentRelease,
  type ContentSummary,
  type ContentUpload,
  type NodeVault,
  VaultDesk,
  type WrapAnswer,
} from './vault.ts'
