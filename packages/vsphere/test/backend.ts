/** A vCenter to test against. What its parts are called differs from one to another. */
export interface TestVCenter extends AsyncDisposable {
  /** For `vcenter_server`. */
  readonly server: string;
  readonly username: string;
  readonly password: string;
  readonly datacenter: string;
  /** Another datacenter that it has. */
  readonly otherDatacenter: string;
  readonly cluster: string;
  /** A host of the cluster. */
  readonly clusterHost: string;
  /** A host in no cluster. */
  readonly host: string;
  /** A resource pool of the cluster. */
  readonly pool: string;
  readonly datastore: string;
  /** A datastore that is full; undefined where none can be. */
  readonly fullDatastore?: string;
  readonly network: string;
  /** A network of a distributed switch. */
  readonly portgroup: string;
  /** A template or a machine that has a snapshot. */
  readonly template: string;
  /** The path of its folder below the datacenter's; empty where it is right there. */
  readonly templateFolder: string;
  /** A content library that takes templates. */
  readonly library: string;
  /** Whether a machine that boots from an ISO image installs itself and powers off; else somebody has to. */
  readonly installs?: boolean;
  /** Everything that a build can leave, where it tells that by itself and needs not be asked. */
  inventory?(): unknown;
  /** What it cannot do. */
  readonly lacks?: readonly "exports"[];
}
