/**
 * A plugin for rolldown, with which a bundle holds only those parts of the AWS SDK that are called: it takes the SDK's ES
 * modules, one for each call, in place of the one CommonJS file with all seven hundred of them. It also tells the SDK that
 * there are no web streams: it never meets one where its requests go through Node's `http`, and as soon as it asks whether
 * a body is one, Node loads all that belongs to them.
 */
export function narrowSdk() {
  return {
    name: "packerkit-amazon",
    options<Options extends { resolve?: object; transform?: { define?: object } }>(
      options: Options,
    ) {
      const define = { ...options.transform?.define, ReadableStream: "undefined" };
      return {
        ...options,
        resolve: { ...options.resolve, mainFields: ["module", "main"] },
        transform: { ...options.transform, define },
      };
    },
  };
}
