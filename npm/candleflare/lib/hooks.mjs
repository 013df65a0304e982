// For Node before 22.15, where hooks of modules run on a thread of their own.
import remote from "./remote.cjs";
import bundles from "./bundles.cjs";

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context);
  return bundles.transformed(url, loaded, remote.withLocalBindings);
}
