import { METADATA_FUNCTIONS } from "../startup-script.ts";

/** The name under which the instance that exports finds the disk to export. */
export const EXPORTED_DEVICE = "toexport";

/** What the instance that exports runs: it writes its second disk to all paths of its metadata, and tells how that went. */
export const EXPORT_SCRIPT = `#!/bin/bash
${METADATA_FUNCTIONS}
read -r -a paths <<< "$(metadata attributes/paths)"
status=error
if gce_export -gcs_path "\${paths[0]}" -disk /dev/disk/by-id/google-${EXPORTED_DEVICE} -y; then
  status=done
  for path in "\${paths[@]:1}"; do
    gsutil cp "\${paths[0]}" "$path" || status=error
  done
fi
report "$status"
`;
