/** The metadata that instances take their start-up script from. */
export const STARTUP_SCRIPT = "startup-script";

/** The metadata that holds the user's script, which the wrapper runs. */
export const WRAPPED_SCRIPT = "packer-wrapped-startup-script";

/** The metadata in which a script tells how it ended: `notdone`, `done` or `error`. */
export const SCRIPT_STATUS = "startup-script-status";

/** Shell functions that read and write an instance's metadata, from within it. */
export const METADATA_FUNCTIONS = `metadata() {
  curl --silent --fail --header 'Metadata-Flavor: Google' \\
    "http://metadata.google.internal/computeMetadata/v1/instance/$1"
}
report() {
  zone="$(metadata zone)"
  gcloud compute instances add-metadata "$(metadata name)" \\
    --zone "\${zone##*/}" --metadata "${SCRIPT_STATUS}=$1"
}`;

/** A script that runs the user's, and tells how it ended. */
const WRAPPER = `#!/bin/bash
${METADATA_FUNCTIONS}
script="$(mktemp)"
metadata 'attributes/${WRAPPED_SCRIPT}' > "$script"
chmod 0700 "$script"
"$script"
status=$?
rm -f "$script"
if [ "$status" -eq 0 ]; then report 'done'; else report 'error'; fi
exit "$status"
`;

/** The metadata for a start-up script, which tells how it ended where it is to be waited for. */
export function startupMetadata(script: string, isWaitedFor: boolean): Record<string, string> {
  if (script === "") return {};
  if (!isWaitedFor) return { [STARTUP_SCRIPT]: script };
  return {
    [STARTUP_SCRIPT]: WRAPPER,
    [WRAPPED_SCRIPT]: script,
    [SCRIPT_STATUS]: "notdone",
  };
}
