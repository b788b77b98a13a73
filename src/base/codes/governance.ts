/** Refusals by the rules of governance: numbers from 1200 to 1299. */
import { type CodeRow, row } from './row.ts'

export const GOVERNANCE_CODES = {
  'governance.role': row(1200, 403, 'Only the key of a member may do this.'),
  'governance.not-founding': row(1201, 403, 'Your member is not of the founding class.'),
  'governance.proposal-exists': row(1202, 409, 'Your member has made a proposal of this id.'),
  'governance.proposal-unknown': row(1203, 409, 'There is no such proposal of this member.'),
  'governance.proposal-closed': row(1204, 409, 'The proposal was adopted, withdrawn, or has expired.'),
  'governance.approved': row(1205, 409, 'Your member has approved the proposal already.'),
  'governance.member-unknown': row(1206, 409, 'No such member.'),
  'governance.member-status': row(1207, 409, 'The status of the member does not allow this change.'),
  'governance.founders-needed': row(1208, 409, 'No active member of the founding class would be left.'),
  'governance.seats-full': row(
    1209,
    409,
    'There are as many founding members or nodes as the parameters allow.',
  ),
  'governance.quorum-unreachable': row(1210, 409, 'Fewer members with nodes than the quorum would be left.'),
  'governance.node-unknown': row(1211, 409, 'The member has no node.'),
  'governance.parameter-unknown': row(1212, 409, 'These rules have no parameter of this name.'),
  'governance.parameter-range': row(1213, 409, 'The value lies beyond the bounds of the parameter.'),
  'governance.version': row(
    1214,
    409,
    'The rules version is not later than the present one, nor the present one in place of one to come.',
  ),
  'governance.height': row(1215, 409, 'The height is not later than the present block.'),
  'governance.keys-equal': row(1216, 409, 'One key may not have two jobs.'),
  'governance.rules-unready': row(
    1217,
    409,
    'Not more than two thirds of the active nodes have said that they can execute this rules version.',
  ),
} as const satisfies Record<string, CodeRow>
