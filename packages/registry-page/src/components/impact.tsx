import type { RevocationImpact, VersionName } from "../api/index.ts";
import { Move } from "./move.tsx";
import { counted } from "./text.ts";

/** What a revocation would do: whom it reaches, and where channels go. */
export function Impact({ impact, isLater }: { impact: RevocationImpact; isLater: boolean }) {
  const heirs = impact.versions.slice(1);
  return (
    <>
      <h3>{isLater ? "What this would do now" : "What this will do"}</h3>
      <p>
        {heirs.length === 0
          ? "No other version is revoked with it."
          : `${counted(heirs.length, "version")} built on it ${heirs.length === 1 ? "is" : "are"} revoked with it:`}
      </p>
      {heirs.length > 0 && (
        <ul className="impact-list">
          {heirs.map((version) => (
            <li key={version.version_id}>{nameOf(version)}</li>
          ))}
        </ul>
      )}
      {impact.channels.length === 0 ? (
        <p>No channel points at what is revoked.</p>
      ) : (
        <>
          <p>{counted(impact.channels.length, "channel")} concerned:</p>
          <ul className="impact-list">
            {impact.channels.map((channel) => (
              <li key={`${channel.bucket_name}/${channel.channel_name}`}>
                <ChannelMove channel={channel} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function ChannelMove({ channel }: { channel: RevocationImpact["channels"][number] }) {
  const { bucket_name, channel_name, from, to } = channel;
  return (
    <>
      {bucket_name} <strong>{channel_name}</strong>:{" "}
      {to?.version_id === from.version_id ? (
        `stays at ${from.version_name}, and is refused to everybody`
      ) : (
        <Move from={from.version_name} to={to?.version_name ?? "no version, as none is left"} />
      )}
    </>
  );
}

function nameOf({ bucket_name, version_name }: VersionName): string {
  return `${bucket_name} ${version_name}`;
}
