/** Features of a node beside its ledger: encrypted contents, certificates, erasures, the sweep of private parts. */
export { CertificateDesk, type CertificateUpload, type NodeCertificates } from './certificates.ts'
export { Erasures } from './erasures.ts'
export { sweepUntil } from './sweep.ts'
export {
  type ContentRelease,
  type ContentUpload,
  type NodeVault,
  VaultDesk,
} from './vault.ts'
