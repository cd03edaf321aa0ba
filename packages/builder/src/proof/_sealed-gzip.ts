import { hash } from "node:crypto";
import { crc32, deflateRawSync, inflateRawSync } from "node:zlib";

/**
 * A gzip header without a name, a time or a system, and with one extra field "CB" of 32 bytes: SHA-256 of all that follows it. Gzip's own checksum covers neither its
 * header nor the bits of the compressed data that mean nothing; with the field no byte of the file is free. Other programs pass over it (RFC 1952, 2.3.1.1).
 */
const start = Buffer.from([0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff, 36, 0, 0x43, 0x42, 32, 0]);
const dataStart = start.length + 32;

/** The bytes as a gzip file in which every changed byte is found. Pure. */
export function compress(bytes: Buffer): Buffer {
  const end = Buffer.alloc(8);
  end.writeUInt32LE(crc32(bytes), 0);
  end.writeUInt32LE(bytes.length % 2 ** 32, 4);
  const data = Buffer.concat([deflateRawSync(bytes), end]);
  return Buffer.concat([start, hash("sha256", data, "buffer"), data]);
}

/** What {@link compress} was given, or why the file is not one of its making. Pure. */
export function decompress(archive: Buffer): { bytes: Buffer } | { bytes: undefined; reason: string } {
  if (!archive.subarray(0, start.length).equals(start)) {
    return { bytes: undefined, reason: "it is no gzip file of this kind" };
  }
  const data = archive.subarray(dataStart);
  const sealed = archive.subarray(start.length, dataStart);
  if (!hash("sha256", data, "buffer").equals(sealed)) {
    return { bytes: undefined, reason: "it is not complete, or was changed" };
  }
  return { bytes: inflateRawSync(data.subarray(0, -8)) };
}
