/** A file of an archive. */
export interface ArchivedFile {
  /** With forward slashes, relative. */
  path: string;
  bytes: Buffer;
}

const block = 512;

/** The files as a tar archive (POSIX ustar, with pax headers for long paths); the same files always make the same bytes. Pure. */
export function renderTar(files: readonly ArchivedFile[]): Buffer {
  const parts = files.flatMap(({ path, bytes }) => {
    const long = Buffer.byteLength(path) > 100;
    const pax = long ? paxRecord("path", path) : Buffer.alloc(0);
    const extra = long ? [header("pax", pax.length, "x"), pad(pax)] : [];
    return [...extra, header(long ? "long-path" : path, bytes.length, "0"), pad(bytes)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

/** The files of an archive that {@link renderTar} made; undefined for any other bytes, down to a single one. Pure. */
export function parseTar(archive: Buffer): ArchivedFile[] | undefined {
  const files = readEntries(archive);
  return files && renderTar(files).equals(archive) ? files : undefined;
}

function readEntries(archive: Buffer): ArchivedFile[] | undefined {
  const files: ArchivedFile[] = [];
  let path: string | undefined;
  for (let at = 0; at + block <= archive.length; ) {
    const name = textOf(archive, at, 100);
    if (name === "") return files;
    const size = Number.parseInt(textOf(archive, at + 124, 12), 8);
    const start = at + block;
    if (!Number.isSafeInteger(size) || size < 0 || start + size > archive.length) return undefined;
    const bytes = archive.subarray(start, start + size);
    if (archive[at + 156] === "x".charCodeAt(0)) path = /^\d+ path=(.*)\n$/s.exec(bytes.toString("utf8"))?.[1];
    else {
      files.push({ path: path ?? name, bytes });
      path = undefined;
    }
    at = start + Math.ceil(size / block) * block;
  }
  return undefined;
}

function header(path: string, size: number, type: "0" | "x"): Buffer {
  const bytes = Buffer.alloc(block);
  bytes.write(path, 0, 100);
  bytes.write("0000644\0", 100);
  bytes.write("0000000\0", 108);
  bytes.write("0000000\0", 116);
  bytes.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  // No time of change: the same files make the same archive.
  bytes.write("00000000000\0", 136);
  bytes.write("        ", 148);
  bytes.write(type, 156);
  bytes.write("ustar\0", 257);
  bytes.write("00", 263);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return bytes;
}

/** `<length> <key>=<value>\n`, where the length counts itself. */
function paxRecord(key: string, value: string): Buffer {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest) + 1;
  while (length !== Buffer.byteLength(`${length}${rest}`)) length = Buffer.byteLength(`${length}${rest}`);
  return Buffer.from(`${length}${rest}`);
}

function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((block - (bytes.length % block)) % block)]);
}

function textOf(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString("utf8");
}
