/** Base64 of RFC 4648 section 4, strict: padded, no white space, no url-safe letters, unused bits zero. */
import { base64 } from '@scure/base'

/** Base64 text of `bytes`. */
export const encodeBase64 = (bytes: Uint8Array): string => base64.encode(bytes)

/** Bytes of `text`; undefined where it is not strict base64, or does not hold `byteLength` bytes. */
export function decodeBase64(text: string, byteLength?: number): Uint8Array | undefined {
  let bytes: Uint8Array
  try {
    bytes = base64.decode(text)
  } catch {
    return undefined
  }
  return byteLength === undefined || bytes.length === byteLength ? bytes : undefined
}
