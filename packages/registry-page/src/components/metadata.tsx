import type { BuildMetadata } from "../api/index.ts";
import { type Origin, originOf } from "./origin.ts";

/** What Packer says about a build: the telling parts, and all of it to unfold. */
export function Metadata({ metadata }: { metadata: BuildMetadata | undefined }) {
  if (metadata === undefined || Object.keys(metadata).length === 0) return null;
  return (
    <>
      <OriginFacts origin={originOf(metadata)} />
      <details>
        <summary>All metadata</summary>
        {/* It may be longer than its box: the focus lets a keyboard scroll it. */}
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must take the focus. */}
        <pre tabIndex={0}>{JSON.stringify(metadata, undefined, 2)}</pre>
      </details>
    </>
  );
}

/** Which template, commit and Packer made something; nothing where none is known. */
export function OriginFacts({ origin }: { origin: Origin }) {
  const { template, commit, branch, author, isDirty, packer, plugins } = origin;
  const facts: [string, string | undefined][] = [
    ["Template", template],
    ["Commit", commit && `${commit.slice(0, 12)}${branch ? ` on ${branch}` : ""}`],
    ["Author", author],
    ["Packer", [packer, ...plugins].filter(Boolean).join(", ") || undefined],
  ];
  const known = facts.filter(([, text]) => text !== undefined && text !== "");
  if (known.length === 0) return null;
  return (
    <dl className="facts small">
      {known.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {text}
            {name === "Commit" && isDirty && " (with changes that were not committed)"}
          </dd>
        </div>
      ))}
    </dl>
  );
}
