/**
 * A plugin for rolldown, with which a bundle holds only those parts of the AWS SDK that are called: it takes the SDK's ES
 * modules, one for each call, in place of the one CommonJS file with all seven hundred of them.
 */
export function narrowSdk() {
  return {
    name: "packerkit-amazon",
    options<Options extends { resolve?: object }>(options: Options) {
      return { ...options, resolve: { ...options.resolve, mainFields: ["module", "main"] } };
    },
  };
}
