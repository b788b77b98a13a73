/** The other members' nodes, as an operator names them: `member=nodeid@host:port[,https://…]`. */
import { baseUrlOf } from '../base/index.ts'
import { isLocalId } from '../protocol/index.ts'

/** Another member's node. */
export interface PeerConfig {
  readonly member: string
  /** What its engine is known by: 40 hex digits, which `medseal keys new` prints. */
  readonly nodeId: string
  /** `host:port` at which its engine is dialled. */
  readonly address: string
  /** Where its HTTPS door is; undefined where that was not told. */
  readonly url: string | undefined
}

/** Whether `text` is `host:port`: a name, an IPv4 address or an IPv6 one in brackets. */
export function isHostAndPort(text: string): boolean {
  const colon = text.lastIndexOf(':')
  const [host, port] = [text.slice(0, colon), text.slice(colon + 1)]
  const isPort = /^[1-9][0-9]{0,4}$/.test(port) && Number(port) <= 65_535
  return (
    colon > 0 && isPort && (/^[A-Za-z0-9.-]{1,253}$/.test(host) || /^\[[0-9a-fA-F:.]{2,45}\]$/.test(host))
  )
}

/** The peer in `text`; undefined where it names none. */
export function parsePeer(text: string): PeerConfig | undefined {
  const equals = text.indexOf('=')
  const [engine = '', door, ...rest] = text.slice(equals + 1).split(',')
  const at = engine.indexOf('@')
  const [member, nodeId, address] = [text.slice(0, equals), engine.slice(0, at), engine.slice(at + 1)]
  const url = door === undefined ? undefined : baseUrlOf(door)
  const isSound =
    isLocalId(member) && /^[0-9a-f]{40}$/.test(nodeId) && isHostAndPort(address) && rest.length === 0
  return isSound && (door === undefined || url !== undefined) ? { member, nodeId, address, url } : undefined
}
