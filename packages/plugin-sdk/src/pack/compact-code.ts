/**
 * Makes a bundle cheaper to load, and leaves what it does as it is.
 *
 * - Beyond ASCII, characters are written as escapes: with a single one of them as it is, V8 holds the whole source with
 *   two bytes a character.
 * - Node's own modules are required where they were imported dynamically: an import evaluates every getter that the
 *   module has, and those of `node:http` load WebSockets and all of undici.
 */
export function compactCode(code: string): string {
  return code
    .replaceAll(
      /\bimport\((["'`])(node:[a-z_/]+)\1\)/g,
      "Promise.resolve(require($1$2$1)).then(m=>Object.create(m,{default:{value:m}}))",
    )
    .replaceAll(/[^\0-\x7f]/g, (character) => {
      const unit = character.charCodeAt(0).toString(16);
      return `\\u${unit.padStart(4, "0")}`;
    });
}
