/**
 * The seam between the kernel's TypeScript and its wasm: which exports a build has, and views on its memory. Every
 * build exports the same names (assembly/README.md), so whichever module is given here answers.
 */

/** Exports of a kernel's wasm. Globals are addresses of arenas and sizes; assembly/README.md tells the calls. */
export interface WasmExports {
  readonly memory: WebAssembly.Memory
  readonly BUILD: WebAssembly.Global
  readonly CHECKS_MAX: WebAssembly.Global
  readonly ITEMS_MAX: WebAssembly.Global
  readonly INPUT: WebAssembly.Global
  readonly INPUT_BYTES: WebAssembly.Global
  readonly OFFSETS: WebAssembly.Global
  readonly OUTPUT: WebAssembly.Global
  readonly LEDGER_ID: WebAssembly.Global
  readonly RANDOM: WebAssembly.Global
  readonly VERDICTS: WebAssembly.Global
  readonly IDS: WebAssembly.Global
  readonly LEAF_HASHES: WebAssembly.Global
  readonly FAULTS: WebAssembly.Global
  readonly FAULT_OFFSETS: WebAssembly.Global
  sha256Begin(): void
  sha256BeginWith(prefix: number): void
  sha256Update(ptr: number, length: number): void
  sha256End(outPtr: number): void
  sha512Begin(): void
  sha512Update(ptr: number, length: number): void
  sha512End(outPtr: number): void
  hashLeaves(count: number): void
  hashNodes(count: number): void
  rootOfHashes(count: number): void
  verifyInclusion(index: bigint, size: bigint, pathCount: number): number
  verifyConsistency(from: bigint, to: bigint, pathCount: number): number
  seedKeyCache(seed: bigint): void
  resetChecks(): void
  addChecks(count: number): void
  addHashedCheck(): void
  addEntries(count: number): void
  verifyChecks(): void
  isEnrollableKey(): number
  checkBody(length: number): number
}

/** Views on the arenas of one instance. The memory never grows, so they stay good. */
export interface Arenas {
  readonly input: Uint8Array
  /** One more than the items of a call. */
  readonly offsets: Uint32Array
  readonly output: Uint8Array
  readonly ledgerId: Uint8Array
  readonly random: Uint8Array<ArrayBuffer>
  readonly verdicts: Uint8Array
  readonly ids: Uint8Array
  readonly leafHashes: Uint8Array
  readonly faults: Uint8Array
  readonly faultOffsets: Uint32Array
}

/** One instance of a kernel's wasm. */
export interface Wasm {
  readonly exports: WasmExports
  readonly arenas: Arenas
  /** Addresses that calls take. */
  readonly inputPtr: number
  readonly outputPtr: number
  /** Checks settled at once, and items hashed in one call. */
  readonly checksMax: number
  readonly itemsMax: number
}

/** Bytes of randomness that each check of a batch takes. */
export const RANDOM_BYTES = 16

/** An instance of `module`, its key cache seeded. */
export async function instantiateWasm(module: WebAssembly.Module): Promise<Wasm> {
  const instance = await WebAssembly.instantiate(module)
  const exports = instance.exports as unknown as WasmExports
  const number = (global: WebAssembly.Global): number => global.value
  // Not shared, so its buffer is an ArrayBuffer, which getRandomValues asks for.
  const memory = exports.memory.buffer as ArrayBuffer
  const bytes = (global: WebAssembly.Global, length: number) => new Uint8Array(memory, number(global), length)
  const words = (global: WebAssembly.Global, length: number) =>
    new Uint32Array(memory, number(global), length)
  const checksMax = number(exports.CHECKS_MAX)
  const itemsMax = number(exports.ITEMS_MAX)
  const arenas: Arenas = {
    input: bytes(exports.INPUT, number(exports.INPUT_BYTES)),
    offsets: words(exports.OFFSETS, itemsMax + 1),
    output: bytes(exports.OUTPUT, 32 * itemsMax),
    ledgerId: bytes(exports.LEDGER_ID, 32),
    random: new Uint8Array(memory, number(exports.RANDOM), RANDOM_BYTES * checksMax),
    verdicts: bytes(exports.VERDICTS, checksMax),
    ids: bytes(exports.IDS, 32 * checksMax),
    leafHashes: bytes(exports.LEAF_HASHES, 32 * checksMax),
    faults: bytes(exports.FAULTS, checksMax),
    faultOffsets: words(exports.FAULT_OFFSETS, checksMax),
  }
  const seed = crypto.getRandomValues(new BigUint64Array(1))
  exports.seedKeyCache(seed[0]!)
  return {
    exports,
    arenas,
    inputPtr: number(exports.INPUT),
    outputPtr: number(exports.OUTPUT),
    checksMax,
    itemsMax,
  }
}
