/** What all keys with a prefix sort before: no character of a key is as high. */
export function prefixEnd(prefix: string): string {
  return `${prefix}\u007F`;
}

/** Where the keys after a key begin: no character of a key is as low. */
export function keyAfter(key: string): string {
  return `${key}\u0001`;
}
