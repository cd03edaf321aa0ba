import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { CcbError } from "@ccb/core";

const magic = Buffer.from("CCBSEAL1", "latin1");
const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
const headBytes = magic.length + saltBytes + nonceBytes + tagBytes;

/** 0.37 s and 128 MiB a guess (facts/durability: scrypt, N = 2^17). */
const cost = { N: 2 ** 17, r: 8, p: 1, maxmem: 160 * 1024 * 1024 };

const shortestPassphrase = 8;

/** Seals and opens bytes with one passphrase: AES-256-GCM, a key by scrypt, a nonce of its own for each sealing. */
export interface Seal {
  /** `name` is bound into the seal: sealed bytes open only under the name they were sealed under. */
  seal(name: string, content: Uint8Array): Promise<Uint8Array>;
  /** Undefined when the passphrase is another one, or the bytes or the name were changed. */
  open(name: string, sealed: Uint8Array): Promise<Buffer | undefined>;
}

/**
 * Creates a seal. All that it seals shares one salt, that of `like` (something sealed before) where it is given, so that the slow key derivation runs once. CcbError `usage` for a passphrase that is too
 * short.
 */
export function createSeal(passphrase: string, like?: Uint8Array): Seal {
  if (passphrase.trim().length < shortestPassphrase) {
    throw new CcbError({
      code: "usage",
      message: `The passphrase for sessions needs at least ${shortestPassphrase} characters; received ${passphrase.trim().length}.`,
      hint: "Set CLAUDE_CODE_BUILDER_SESSION_KEY to a longer one.",
    });
  }
  const ownSalt = like && readParts(Buffer.from(like))?.salt;
  const salt = ownSalt ?? randomBytes(saltBytes);
  const keys = new Map<string, Promise<Buffer>>();
  const keyFor = (of: Buffer) => {
    const name = of.toString("hex");
    const key = keys.get(name) ?? deriveKey(passphrase, of);
    keys.set(name, key);
    return key;
  };
  return {
    async seal(name, content) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", await keyFor(salt), nonce, { authTagLength: tagBytes });
      cipher.setAAD(Buffer.from(name, "utf8"));
      const body = Buffer.concat([cipher.update(content), cipher.final()]);
      return Buffer.concat([magic, salt, nonce, cipher.getAuthTag(), body]);
    },
    async open(name, bytes) {
      const parts = readParts(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      if (!parts) return undefined;
      const key = await keyFor(parts.salt);
      const decipher = createDecipheriv("aes-256-gcm", key, parts.nonce, { authTagLength: tagBytes });
      decipher.setAAD(Buffer.from(name, "utf8"));
      decipher.setAuthTag(parts.tag);
      try {
        return Buffer.concat([decipher.update(parts.body), decipher.final()]);
      } catch {
        // Node has one error for all of it, on purpose: what is wrong must not be told apart.
        return undefined;
      }
    },
  };
}

/** The parts of a sealed file in their order; undefined for what is none. */
function readParts(sealed: Buffer) {
  if (sealed.length < headBytes || !sealed.subarray(0, magic.length).equals(magic)) return undefined;
  const tagAt = headBytes - tagBytes;
  return {
    salt: sealed.subarray(magic.length, magic.length + saltBytes),
    nonce: sealed.subarray(magic.length + saltBytes, tagAt),
    tag: sealed.subarray(tagAt, headBytes),
    body: sealed.subarray(headBytes),
  };
}

function deriveKey(passphrase: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize("NFC").trim(), salt, 32, cost, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
