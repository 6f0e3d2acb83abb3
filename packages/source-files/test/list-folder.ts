import { readListing } from "@groundwork/testing/source-suite";
import { folder } from "../src/index.ts";

/**
 * Lists a folder and opens what it lists, in a process of its own, as a user without rights. It gives its rights up
 * only here, when everything is imported: that user may not be able to read the runtime and the sources themselves.
 */
const nobody = 65_534;
process.setgroups?.([]);
process.setgid?.(nobody);
process.setuid?.(nobody);

const source = folder(process.argv[2]!);
const { objects, end } = await readListing(source);
const results: (readonly string[])[] = [];
for (const object of objects) {
  const opened = await source
    .open(object)
    .then((content) => content.bytes())
    .then(
      () => "opened",
      (error: { readonly code: string }) => error.code,
    );
  results.push([object.key, ...(object.state === undefined ? [] : [object.state]), opened]);
}
console.log(JSON.stringify({ objects: results, end }));
