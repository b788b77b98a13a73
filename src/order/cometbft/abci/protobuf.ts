/**
 * Protocol Buffers messages (proto3) told as tables of fields. The wire format itself is the library's; a table says
 * which numbers a message has, of what kind, and its type follows. Fields that a table does not name are passed over.
 */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/** How one value is read and written. */
export interface Kind<Value> {
  readonly wire: WireType
  /** What stands for a field that is not there; undefined where it may be absent. */
  absent(): Value
  isAbsent(value: Value): boolean
  read(reader: BinaryReader): Value
  write(writer: BinaryWriter, value: Value): void
}

/** A field of a message. `before` is what earlier occurrences of the field have given. */
export interface Field<Value> {
  readonly number: number
  readonly absent: () => Value
  read(reader: BinaryReader, wire: WireType, before: Value): Value
  write(writer: BinaryWriter, value: Value): void
}

type Fields = { readonly [name: string]: Field<unknown> }
type ValueOf<F> = F extends Field<infer Value> ? Value : never
/** The values of a message. */
export type MessageOf<Table extends Fields> = { readonly [Name in keyof Table]: ValueOf<Table[Name]> }

/** A message's table with what reads and writes it. */
export interface Message<Value> extends Kind<Value> {
  /** A whole message. RangeError or Error for bytes that are none. */
  decode(bytes: Uint8Array): Value
  encode(value: Partial<Value>): Uint8Array
}

/** An integer beyond what a number holds exactly is no height, size or time of ours. */
function toExact(value: bigint | string): number {
  const number = Number(value)
  if (!Number.isSafeInteger(number)) throw new RangeError(`${value} is not within ±(2^53-1)`)
  return number
}

const integer = (
  read: (reader: BinaryReader) => number,
  write: (writer: BinaryWriter, value: number) => void,
): Kind<number> => ({
  wire: WireType.Varint,
  absent: () => 0,
  isAbsent: (value) => value === 0,
  read,
  write,
})

export const int64 = integer(
  (reader) => toExact(reader.int64()),
  (writer, value) => writer.int64(value),
)
export const uint64 = integer(
  (reader) => toExact(reader.uint64()),
  (writer, value) => writer.uint64(value),
)
/** Also enumerations. */
export const int32 = integer(
  (reader) => reader.int32(),
  (writer, value) => writer.int32(value),
)
export const uint32 = integer(
  (reader) => reader.uint32(),
  (writer, value) => writer.uint32(value),
)

export const text: Kind<string> = {
  wire: WireType.LengthDelimited,
  absent: () => '',
  isAbsent: (value) => value === '',
  read: (reader) => reader.string(true),
  write: (writer, value) => writer.string(value),
}

const NO_BYTES = new Uint8Array(0)
/** Bytes that are read are views. */
export const bytes: Kind<Uint8Array> = {
  wire: WireType.LengthDelimited,
  absent: () => NO_BYTES,
  isAbsent: (value) => value.length === 0,
  read: (reader) => reader.bytes(),
  write: (writer, value) => writer.bytes(value),
}

function requireWire(number: number, found: WireType, expected: WireType): void {
  if (found !== expected) throw new Error(`field ${number} has wire type ${found}, not ${expected}`)
}

/** A field that is there once; proto3 leaves out what is zero or empty. */
export const one = <Value>(number: number, kind: Kind<Value>): Field<Value> => ({
  number,
  absent: () => kind.absent(),
  read(reader, wire) {
    requireWire(number, wire, kind.wire)
    return kind.read(reader)
  },
  write(writer, value) {
    if (!kind.isAbsent(value)) kind.write(writer.tag(number, kind.wire), value)
  },
})

/** A field that may be absent: a message, or one of several that exclude one another. */
export const maybe = <Value>(number: number, kind: Kind<Value>): Field<Value | undefined> => ({
  number,
  absent: () => undefined,
  read(reader, wire) {
    requireWire(number, wire, kind.wire)
    return kind.read(reader)
  },
  write(writer, value) {
    if (value !== undefined) kind.write(writer.tag(number, kind.wire), value)
  },
})

/** A repeated field of strings, bytes or messages. */
export const many = <Value>(number: number, kind: Kind<Value>): Field<readonly Value[]> => ({
  number,
  absent: () => [],
  read(reader, wire, before) {
    requireWire(number, wire, kind.wire)
    // The first occurrence makes the list, the others add to it: a list of its own each would take squares of time.
    const list = before as Value[]
    list.push(kind.read(reader))
    return list
  },
  write(writer, values) {
    for (const value of values) kind.write(writer.tag(number, kind.wire), value)
  },
})

/** The message with these fields. */
export function message<const Table extends Fields>(table: Table): Message<MessageOf<Table>> {
  type Value = MessageOf<Table>
  const fields = Object.entries(table)
  const byNumber = new Map(fields.map(([name, field]) => [field.number, { name, field }]))

  function readUntil(reader: BinaryReader, end: number): Value {
    const value: { [name: string]: unknown } = {}
    for (const [name, field] of fields) value[name] = field.absent()
    while (reader.pos < end) {
      const [number, wire] = reader.tag()
      const found = byNumber.get(number)
      if (found === undefined) reader.skip(wire, number)
      else value[found.name] = found.field.read(reader, wire, value[found.name])
    }
    if (reader.pos !== end) throw new RangeError('a field ends beyond its message')
    return value as Value
  }

  function write(writer: BinaryWriter, value: Partial<Value>): void {
    for (const [name, field] of fields) {
      const given = value[name as keyof Value]
      if (given !== undefined) field.write(writer, given)
    }
  }

  return {
    wire: WireType.LengthDelimited,
    absent: () => readUntil(new BinaryReader(NO_BYTES), 0),
    isAbsent: () => false,
    read(reader) {
      const length = reader.uint32()
      if (length > reader.len - reader.pos) throw new RangeError('a message ends beyond its bytes')
      return readUntil(reader, reader.pos + length)
    },
    write(writer, value) {
      writer.fork()
      write(writer, value)
      writer.join()
    },
    decode: (encoded) => readUntil(new BinaryReader(encoded), encoded.length),
    encode(value) {
      const writer = new BinaryWriter()
      write(writer, value)
      return writer.finish()
    },
  }
}
