/** What a member keeps for itself: the keys of its people, journals, its register of patients. */
export {
  type Journal,
  openJournal,
  openPerson,
  openRegister,
  type Person,
  type Register,
  type RegisterRow,
} from './people.ts'
