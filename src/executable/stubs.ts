/** Machine code that runs before the program's own entry, for one kind of machine. */
export interface Stub {
  /** Hexadecimal, as `as` makes it of the text above it. */
  readonly code: string;
  /** The jump that ends it: `distance` bytes from its own address. The list of prefixes follows it. */
  readonly jump: (distance: number) => Uint8Array;
}

/*
 * Both do the same, on the stack that the kernel has laid out: argc, argv, 0, environment, 0. A variable whose name
 * begins with one of the prefixes behind the code gets "!" in place of the prefix's last character. No register that
 * carries something at the entry (rdx, x0) is touched, nothing is called, nothing but these characters is written.
 */

/* x64, GNU as with .intel_syntax noprefix
          endbr64
          mov   rax, [rsp]                # argc
          lea   rsi, [rsp + rax*8 + 16]   # the first variable
  next:   lodsq
          test  rax, rax
          jz    last
          lea   rdi, [rip + prefixes]
  prefix: cmp   byte ptr [rdi], 0         # the end of the list
          je    next
          mov   rcx, rax
  char:   movzx r8d, byte ptr [rdi]
          inc   rdi
          test  r8d, r8d                  # the whole prefix was read
          jz    hide
          movzx r9d, byte ptr [rcx]
          inc   rcx
          or    r9d, 0x20                 # small letters; no end of a string looks like a letter
          cmp   r8d, r9d
          je    char
  skip:   movzx r8d, byte ptr [rdi]       # to the end of this prefix
          inc   rdi
          test  r8d, r8d
          jnz   skip
          jmp   prefix
  hide:   mov   byte ptr [rcx - 1], '!'
          jmp   next
  last:   jmp   the program's entry
  prefixes:
*/
const X64: Stub = {
  code: `
    f30f1efa488b0424488d74c41048ad4885c0743f488d3d3d000000803f0074ed4889c1440fb60748ffc74585c0741e440fb60948ffc14183c920
    4539c874e4440fb60748ffc74585c075f4ebcec641ff21ebba`,
  jump: (distance) => {
    const bytes = Buffer.from([0xe9, 0, 0, 0, 0]);
    // Counted from the end of the instruction.
    bytes.writeInt32LE(distance - bytes.length, 1);
    return bytes;
  },
};

/* arm64
          hint  #38                       // bti jc
          ldr   x9, [sp]                  // argc
          add   x10, sp, x9, lsl #3
          add   x10, x10, #16             // the first variable
  next:   ldr   x11, [x10], #8
          cbz   x11, last
          adr   x12, prefixes
  prefix: ldrb  w13, [x12]
          cbz   w13, next                 // the end of the list
          mov   x14, x11
  char:   ldrb  w13, [x12], #1
          cbz   w13, hide                 // the whole prefix was read
          ldrb  w15, [x14], #1
          orr   w15, w15, #0x20           // small letters; no end of a string looks like a letter
          cmp   w13, w15
          b.eq  char
  skip:   ldrb  w13, [x12], #1            // to the end of this prefix
          cbnz  w13, skip
          b     prefix
  hide:   mov   w13, #'!'
          sturb w13, [x14, #-1]
          b     next
  last:   b     the program's entry
  prefixes:
*/
const ARM64: Stub = {
  code: `
    df2403d5e90340f9ea6f298b4a4100914b8540f82b0200b42c0200108d0140398dffff34ee030baa8d1540380d010034cf154038ef011b32bf01
    0f6b60ffff548d154038edffff35f5ffff172d048052cdf11f38efffff17`,
  jump: (distance) => {
    const [range, words] = [2 ** 27, distance / 4];
    if (Math.abs(distance) >= range) throw new Error(`Cannot jump ${distance} bytes: less than ${range} wanted`);
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(0x14000000 + (words & 0x03ffffff));
    return bytes;
  },
};

/** By the machine number of the ELF header. */
export const STUBS: ReadonlyMap<number, Stub> = new Map([
  [62, X64],
  [183, ARM64],
]);
