/** Reads the wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding), with the features that tests need: fields by number. */
export class ProtobufMessage {
  readonly #fields = new Map<number, (Buffer | bigint)[]>();

  /** @throws RangeError if `bytes` is not a message */
  constructor(bytes: Buffer) {
    let at = 0;
    const varint = () => {
      for (let value = 0n, shift = 0n; ; shift += 7n) {
        const byte = bytes.readUInt8(at++);
        value |= BigInt(byte & 0x7f) << shift;
        if (byte < 0x80) return value;
      }
    };
    const take = (length: number) => {
      if (at + length > bytes.length) throw new RangeError('a field is longer than the message');
      at += length;
      return bytes.subarray(at - length, at);
    };
    while (at < bytes.length) {
      const key = Number(varint());
      const wireType = key & 7;
      const value =
        wireType === 0
          ? varint()
          : wireType === 1
            ? take(8).readBigUInt64LE()
            : wireType === 2
              ? take(Number(varint()))
              : wireType === 5
                ? BigInt(take(4).readUInt32LE())
                : undefined;
      if (value === undefined) throw new RangeError(`wire type ${wireType}`);
      const field = key >>> 3;
      this.#fields.set(field, [...(this.#fields.get(field) ?? []), value]);
    }
  }

  messages(field: number): ProtobufMessage[] {
    return this.#all(field).map((bytes) => new ProtobufMessage(bytes as Buffer));
  }

  bytes(field: number): Buffer | undefined {
    return this.#all(field)[0] as Buffer | undefined;
  }

  text(field: number): string {
    return this.bytes(field)?.toString('utf8') ?? '';
  }

  hex(field: number): string {
    return this.bytes(field)?.toString('hex') ?? '';
  }

  integer(field: number): bigint | undefined {
    return this.#all(field)[0] as bigint | undefined;
  }

  #all(field: number): (Buffer | bigint)[] {
    return this.#fields.get(field) ?? [];
  }
}
