import { createDecipheriv, createHash } from "node:crypto";
import { GroundworkError } from "@groundwork/contracts";
import { passwordIncorrect, passwordRequired, unsupported } from "../office-errors.ts";
import { XmlScanner } from "../package/xml-scanner.ts";
import { type XmlNode, XmlTreeBuilder } from "../package/xml-tree.ts";
import type { CompoundFile } from "./compound-file.ts";

/** Password that Excel itself uses for workbooks that are only protected against changes ([MS-OFFCRYPTO] 2.4.2.4). */
const DEFAULT_PASSWORD = "VelvetSweatshop";
const MAX_SPINS = 10_000_000;
const SEGMENT_BYTES = 4096;
const STANDARD_SPINS = 50_000;
const VERIFIER_INPUT_BLOCK = Buffer.from("fea7d2763b4b9e79", "hex");
const VERIFIER_VALUE_BLOCK = Buffer.from("d7aa0f6d3061344e", "hex");
const KEY_VALUE_BLOCK = Buffer.from("146e0be7abacd0d6", "hex");

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

function hash(algorithm: string, ...pieces: readonly Uint8Array[]): Buffer {
  const digest = createHash(algorithm);
  for (const piece of pieces) digest.update(piece);
  return digest.digest();
}

/** Cut, or filled up with 0x36, as the format asks. */
function fit(bytes: Buffer, length: number): Buffer {
  return bytes.length >= length
    ? bytes.subarray(0, length)
    : Buffer.concat([bytes, Buffer.alloc(length - bytes.length, 0x36)]);
}

function spin(algorithm: string, salt: Uint8Array, password: string, count: number): Buffer {
  let digest = hash(algorithm, salt, Buffer.from(password, "utf16le"));
  const counter = Buffer.alloc(4);
  for (let index = 0; index < count; index++) {
    counter.writeUInt32LE(index);
    digest = createHash(algorithm).update(counter).update(digest).digest();
  }
  return digest;
}

function decrypt(cipher: string, key: Uint8Array, iv: Uint8Array | null, data: Uint8Array): Buffer {
  const decipher = createDecipheriv(cipher, key, iv);
  decipher.setAutoPadding(false);
  return Buffer.concat([decipher.update(data), decipher.final()]);
}

type Decryptor = (password: string) => Buffer | undefined;

function agileDecryptor(info: Uint8Array, data: Uint8Array): Decryptor {
  const builder = new XmlTreeBuilder();
  const scanner = new XmlScanner(builder);
  scanner.write(info.subarray(8));
  scanner.end();
  const find = (name: string): XmlNode | undefined => {
    for (const member of allNodes(builder.root)) if (member.name.replace(/^.*:/, "") === name) return member;
    return undefined;
  };
  const keyData = find("keyData");
  const encryptor = find("encryptedKey");
  if (keyData === undefined || encryptor === undefined) throw unsupported("encryption without a password");
  const read = (node: XmlNode) => ({
    salt: Buffer.from(node.attributes.saltValue ?? "", "base64"),
    algorithm: (node.attributes.hashAlgorithm ?? "SHA512").replace("-", "").toLowerCase(),
    keyBytes: Number(node.attributes.keyBits ?? 256) / 8,
    blockBytes: Number(node.attributes.blockSize ?? 16),
    cipher: node.attributes.cipherAlgorithm ?? "AES",
  });
  const outer = read(encryptor);
  const inner = read(keyData);
  const spins = Number(encryptor.attributes.spinCount ?? 100_000);
  if (outer.cipher !== "AES" || inner.cipher !== "AES" || !(spins >= 0 && spins <= MAX_SPINS)) {
    throw unsupported("an encryption that is not AES");
  }
  return (password) => {
    const spun = spin(outer.algorithm, outer.salt, password, spins);
    const open = (block: Buffer, name: string): Buffer =>
      decrypt(
        `aes-${outer.keyBytes * 8}-cbc`,
        fit(hash(outer.algorithm, spun, block), outer.keyBytes),
        fit(outer.salt, outer.blockBytes),
        Buffer.from(encryptor.attributes[name] ?? "", "base64"),
      );
    const expected = hash(outer.algorithm, open(VERIFIER_INPUT_BLOCK, "encryptedVerifierHashInput"));
    const stored = open(VERIFIER_VALUE_BLOCK, "encryptedVerifierHashValue").subarray(0, expected.length);
    if (!expected.equals(stored)) return undefined;
    const key = open(KEY_VALUE_BLOCK, "encryptedKeyValue").subarray(0, inner.keyBytes);
    const pieces: Buffer[] = [];
    for (let at = 8, segment = 0; at < data.length; at += SEGMENT_BYTES, segment++) {
      const piece = data.subarray(at, at + SEGMENT_BYTES);
      const iv = fit(hash(inner.algorithm, inner.salt, word(segment)), inner.blockBytes);
      pieces.push(decrypt(`aes-${inner.keyBytes * 8}-cbc`, key, iv, piece.subarray(0, piece.length & ~15)));
    }
    return Buffer.concat(pieces);
  };
}

function* allNodes(node: XmlNode | undefined): Generator<XmlNode> {
  if (node === undefined) return;
  yield node;
  for (const member of node.children) if (typeof member !== "string") yield* allNodes(member);
}

function standardDecryptor(info: Uint8Array, data: Uint8Array): Decryptor {
  const view = new DataView(info.buffer, info.byteOffset, info.byteLength);
  const headerSize = view.getUint32(8, true);
  const keyBytes = (view.getUint32(12 + 16, true) || 128) / 8;
  const verifier = 12 + headerSize;
  const salt = info.subarray(verifier + 4, verifier + 20);
  const check = info.subarray(verifier + 20, verifier + 36);
  const checkHash = info.subarray(verifier + 40, verifier + 72);
  return (password) => {
    const digest = hash("sha1", spin("sha1", salt, password, STANDARD_SPINS), word(0));
    const pad = (value: number): Buffer => {
      const block = Buffer.alloc(64, value);
      digest.forEach((byte, index) => {
        block[index] = block[index]! ^ byte;
      });
      return hash("sha1", block);
    };
    const key = Buffer.concat([pad(0x36), pad(0x5c)]).subarray(0, keyBytes);
    const cipher = `aes-${keyBytes * 8}-ecb`;
    const expected = hash("sha1", decrypt(cipher, key, null, check));
    if (!expected.equals(decrypt(cipher, key, null, checkHash).subarray(0, expected.length))) return undefined;
    return decrypt(cipher, key, null, data.subarray(8, 8 + ((data.length - 8) & ~15)));
  };
}

/**
 * The ZIP package inside an encrypted OOXML file (agile and standard encryption, [MS-OFFCRYPTO] 2.3.4).
 *
 * @throws PASSWORD_REQUIRED without a password, PASSWORD_INCORRECT with a wrong one
 */
export function decryptPackage(file: CompoundFile, password: string | undefined): Uint8Array {
  const info = file.stream("EncryptionInfo");
  const data = file.stream("EncryptedPackage");
  if (info === undefined || data === undefined || info.length < 12 || data.length < 8) throw passwordRequired();
  const view = new DataView(info.buffer, info.byteOffset, info.byteLength);
  const minor = view.getUint16(2, true);
  if (minor !== 2 && minor !== 4) throw unsupported("a document under rights management");
  let opened: Buffer | undefined;
  try {
    const decryptor = minor === 4 ? agileDecryptor(info, data) : standardDecryptor(info, data);
    opened = (password === undefined ? undefined : decryptor(password)) ?? decryptor(DEFAULT_PASSWORD);
  } catch (error) {
    if (GroundworkError.isInstance(error)) throw error;
    throw new GroundworkError("CORRUPT_DOCUMENT", "Expected readable encryption data, found damage. Repair the file.", {
      cause: error,
    });
  }
  if (opened === undefined) throw password === undefined ? passwordRequired() : passwordIncorrect();
  const size = Number(new DataView(data.buffer, data.byteOffset, 8).getBigUint64(0, true));
  return opened.subarray(0, Math.min(size, opened.length));
}
